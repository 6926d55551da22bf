"""One token through gated recurrent layers and the output on CPU, in one call: native/streaming.c behind ctypes.

A batch of one leaves nothing to a matrix product but to read every weight once, so what counts is how many bytes
a weight has and how many calls a token takes. Shapes: K taps, D inputs, H channels, G gates, P = K - 1, V outputs.
"""

import ctypes
from collections.abc import Sequence
from typing import Literal, NamedTuple

import torch
from torch import Tensor

from octavo.ops import native

AVAILABLE = native.kernels is not None
WeightForm = Literal["fp32", "bf16", "int8"]
_FORMS: dict[WeightForm, int] = {"fp32": 0, "bf16": 1, "int8": 2}


class Rows(NamedTuple):
    """A layer's weights as the kernel reads them, a row for each output: [G, H, K × D], scales for int8 alone."""

    weight_GHN: Tensor
    scale_GH: Tensor | None
    bias_GH: Tensor | None
    taps: int


class Past(NamedTuple):
    """A layer's state before the token: its pooling state, and its last K - 1 inputs."""

    pool_H: Tensor
    inputs_PD: Tensor


def pack(weight_GHKD: Tensor, bias_GH: Tensor | None, form: WeightForm) -> Rows:
    """Weights in the form that is asked for. Without gates G is 1, and the layer is a plain product."""
    weight_GHN = weight_GHKD.detach().flatten(2).float()
    bias_GH = None if bias_GH is None else bias_GH.detach().float().contiguous()
    taps = weight_GHKD.shape[2]
    if form == "int8":
        scale_GH = row_scales(weight_GHN)
        rounded_GHN = (weight_GHN / scale_GH[..., None]).round().to(torch.int8)
        return Rows(rounded_GHN.contiguous(), scale_GH.contiguous(), bias_GH, taps)
    dtype = torch.bfloat16 if form == "bf16" else torch.float32
    return Rows(weight_GHN.to(dtype).contiguous(), None, bias_GH, taps)


def row_scales(weight_XN: Tensor) -> Tensor:
    """What a step of int8 stands for in each row: its largest weight is 127 of them."""
    return weight_XN.abs().amax(-1).clamp(min=1e-12) / 127


class _Layer(ctypes.Structure):
    """The C file's `Layer`, field by field."""

    _fields_ = tuple((name, ctypes.c_int64) for name in ("inputs", "width", "taps", "gates")) + tuple(
        (name, ctypes.c_void_p)
        for name in ("weights", "scales", "bias", "condition", "before", "after", "pool", "pooled", "output")
    )


class _Step(ctypes.Structure):
    _fields_ = (
        ("layers", ctypes.c_void_p), ("count", ctypes.c_int64), ("x", ctypes.c_void_p),
        ("seen", ctypes.c_void_p), ("whole", ctypes.c_void_p),
    )  # fmt: skip


class Stream:
    """Packed layers, the output last: `step` takes a token's embedding and each layer's past, and gives logits."""

    def __init__(self, layers: Sequence[Rows], form: WeightForm) -> None:
        self.layers, self.form = layers, _FORMS[form]  # the layers too, for what only an address knows must live on
        self._known = (_Layer * len(layers))(*map(_described, layers))
        self._widest = max(rows.weight_GHN.shape[2] for rows in layers)

    def step(self, x_D: Tensor, pasts: Sequence[Past], conditions: Sequence[Tensor]) -> tuple[Tensor, list[Past]]:
        """logits_V, and each layer's past one token later; conditions_GH are added to the gates of each (eq. 7)."""
        assert native.kernels is not None
        assert all(one.dtype == torch.float32 for one in (x_D, *conditions, *(part for past in pasts for part in past)))
        before = [Past(past.pool_H.contiguous(), past.inputs_PD.contiguous()) for past in pasts]
        after = [Past(torch.empty_like(past.pool_H), torch.empty_like(past.inputs_PD)) for past in before]
        outputs = [torch.empty(rows.weight_GHN.shape[1], dtype=torch.float32) for rows in self.layers]
        conditions = [condition.contiguous() for condition in conditions]
        x_D, seen = x_D.contiguous(), torch.empty(self._widest, dtype=torch.float32)
        whole = torch.empty(self._widest, dtype=torch.int16)
        layers = type(self._known).from_buffer_copy(self._known)  # threads may share a model, not what a step fills in
        for layer, output in zip(layers, outputs, strict=True):
            layer.output = output.data_ptr()
        for layer, old, new in zip(layers, before, after, strict=False):
            layer.pool, layer.before = old.pool_H.data_ptr(), old.inputs_PD.data_ptr()
            layer.pooled, layer.after = new.pool_H.data_ptr(), new.inputs_PD.data_ptr()
        for layer, condition in zip(layers, conditions, strict=False):
            layer.condition = condition.data_ptr()
        step = _Step(ctypes.addressof(layers), len(layers), x_D.data_ptr(), seen.data_ptr(), whole.data_ptr())
        native.kernels.octavo_stream(ctypes.byref(step), self.form, native.threads())
        return outputs[-1], after


def _described(rows: Rows) -> _Layer:
    gates, width, inputs = rows.weight_GHN.shape
    return _Layer(
        inputs=inputs // rows.taps,
        width=width,
        taps=rows.taps,
        gates=gates,
        weights=rows.weight_GHN.data_ptr(),
        scales=None if rows.scale_GH is None else rows.scale_GH.data_ptr(),
        bias=None if rows.bias_GH is None else rows.bias_GH.data_ptr(),
    )

"""The gated recurrence on CPU: ../native/recurrence.c behind ctypes.

Shapes: L length, B batch, G gates, H channels. All tensors are contiguous, the gates float32 or bfloat16, and what
is neither gates nor output is float32.
"""

import ctypes

import torch
from torch import Tensor

from octavo.ops import native

AVAILABLE = native.kernels is not None
# Below this many elements a second thread costs more than it brings.
_WORTH_A_THREAD = 8192

_SIZES = ("length", "batch", "width")
_TENSORS = (
    "lengths", "gates", "states", "output", "carry",
    "initial", "grad_output", "grad_states", "grad_gates",
)  # fmt: skip


class _Job(ctypes.Structure):
    """The C file's `Job`, field by field."""

    _fields_ = tuple((name, ctypes.c_int64) for name in _SIZES) + tuple((name, ctypes.c_void_p) for name in _TENSORS)


def forward(
    gates_LBGH: Tensor, lengths_B: Tensor | None, output_LBH: Tensor, states_LBH: Tensor, carry_BH: Tensor
) -> None:
    """Fill output and states; `carry` is the initial state and becomes the final one."""
    tensors = {"lengths": lengths_B, "states": states_LBH, "output": output_LBH, "carry": carry_BH}
    _run(gates_LBGH, tensors, is_backward=False)


def backward(
    gates_LBGH: Tensor,
    lengths_B: Tensor | None,
    initial_BH: Tensor | None,
    states_LBH: Tensor,
    grad_output_LBH: Tensor | None,
    grad_states_LBH: Tensor | None,
    grad_gates_LBGH: Tensor,
    carry_BH: Tensor,
) -> None:
    """Fill the gates' gradient; `carry` is the final state's gradient and becomes the initial one's."""
    gradients = {"grad_output": grad_output_LBH, "grad_states": grad_states_LBH, "grad_gates": grad_gates_LBGH}
    tensors = {"lengths": lengths_B, "initial": initial_BH, "states": states_LBH, "carry": carry_BH, **gradients}
    _run(gates_LBGH, tensors, is_backward=True)


def _run(gates_LBGH: Tensor, tensors: dict[str, Tensor | None], *, is_backward: bool) -> None:
    assert native.kernels is not None
    length, batch, gates, width = gates_LBGH.shape
    addresses = {name: tensor.data_ptr() for name, tensor in tensors.items() if tensor is not None}
    job = _Job(length=length, batch=batch, width=width, gates=gates_LBGH.data_ptr(), **addresses)
    threads = min(native.threads(), 1 + length * batch * width // _WORTH_A_THREAD)
    is_half = gates_LBGH.dtype == torch.bfloat16
    native.kernels.octavo_recurrence(ctypes.byref(job), int(is_backward), int(is_half), gates, threads)

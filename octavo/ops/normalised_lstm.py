"""The layer-normalised LSTM over a text (Ba et al. 2016, eq. 20-22): a plain form, and a compiled one for the CPU.

With small batches the plain form's hundred little operations a step take ten times as long as its product. The
compiled one has two calls a step: that product, and native/normalised_lstm.c for all else.

Shapes: L length, B batch, D features, G = 4D gates, in the order forget, input, output, candidate.
"""

import ctypes
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from octavo.ops import native
from octavo.ops.late_compiler import apart_from_compiler

_WORTH_A_THREAD = 8192  # gates in a step, below which a second thread costs more than it brings


class Weights(NamedTuple):
    """Of the hidden product and the two normalisations inside the recurrence."""

    hidden_GD: Tensor
    gain_G: Tensor
    cell_gain_D: Tensor
    cell_bias_D: Tensor


class Run(NamedTuple):
    """The outputs, of which the last is also the state h, and the last c."""

    output_LBD: Tensor
    c_BD: Tensor


def normalised_lstm(inputs_LBG: Tensor, h_BD: Tensor, c_BD: Tensor, weights: Weights) -> Run:
    """(f, i, o, g) = LN(W h) + x;  c = σ(f) c + σ(i) tanh(g);  h = σ(o) tanh(LN(c))."""
    if not _has_kernel(inputs_LBG, h_BD, c_BD, *weights):
        return reference(inputs_LBG, h_BD, c_BD, weights)
    with torch.autocast("cpu", enabled=False):  # in halves its loop of small products would gain nothing
        output_LBD, states_LBD, *_ = _forward(inputs_LBG, h_BD, c_BD, *weights)
    return Run(output_LBD, states_LBD[-1])


def reference(inputs_LBG: Tensor, h_BD: Tensor, c_BD: Tensor, weights: Weights) -> Run:
    """The same, line by line."""
    outputs = []
    for input_BG in inputs_LBG:
        hidden_BG = F.layer_norm(F.linear(h_BD, weights.hidden_GD), weights.gain_G.shape, weights.gain_G)
        f_BD, i_BD, o_BD, g_BD = (input_BG + hidden_BG).chunk(4, dim=-1)
        c_BD = f_BD.sigmoid() * c_BD + i_BD.sigmoid() * g_BD.tanh()
        cell_BD = F.layer_norm(c_BD, c_BD.shape[-1:], weights.cell_gain_D, weights.cell_bias_D)
        h_BD = o_BD.sigmoid() * cell_BD.tanh()
        outputs.append(h_BD)
    return Run(torch.stack(outputs), c_BD)


def _has_kernel(*tensors: Tensor) -> bool:
    if native.kernels is None or not len(tensors[0]):
        return False
    return all(tensor.device.type == "cpu" and tensor.dtype == torch.float32 for tensor in tensors)


_SIZES = ("batch", "width")
_TENSORS = (
    "x", "normal", "scales", "gates", "states", "squashed", "output", "initial", "gain", "cell_gain", "cell_bias",
    "grad_output", "grad_x", "grad_p", "carry_h", "carry_c", "grad_gain", "grad_cell_gain", "grad_cell_bias",
)  # fmt: skip


class _Job(ctypes.Structure):
    """The C file's `Job`, field by field."""

    _fields_ = tuple((name, ctypes.c_int64) for name in _SIZES) + tuple((name, ctypes.c_void_p) for name in _TENSORS)


def _job(batch: int, width: int, **tensors: Tensor) -> _Job:
    return _Job(batch=batch, width=width, **{name: tensor.data_ptr() for name, tensor in tensors.items()})


def _step(job: _Job, t: int, *, is_backward: bool) -> None:
    assert native.kernels is not None
    threads = min(native.threads(), 1 + 4 * job.batch * job.width // _WORTH_A_THREAD)
    native.kernels.octavo_normalised_lstm(ctypes.byref(job), ctypes.c_int64(t), int(is_backward), threads)


@apart_from_compiler
@torch.library.custom_op("octavo::normalised_lstm", mutates_args=())
def _forward(
    inputs_LBG: Tensor,
    h_BD: Tensor,
    c_BD: Tensor,
    hidden_GD: Tensor,
    gain_G: Tensor,
    cell_gain_D: Tensor,
    cell_bias_D: Tensor,
) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]:
    """Outputs and cell states; then what the backward takes: activations, normal(W h), its scales, tanh of the cell."""
    results = _empty_results(inputs_LBG, h_BD, c_BD, hidden_GD, gain_G, cell_gain_D, cell_bias_D)
    output_LBD, states_LBD, gates_LBG, normal_LBG, scales_LB, squashed_LBD = results
    read = {"x": inputs_LBG, "initial": c_BD, "gain": gain_G, "cell_gain": cell_gain_D, "cell_bias": cell_bias_D}
    read = {name: tensor.contiguous() for name, tensor in read.items()}
    kept = {"normal": normal_LBG, "scales": scales_LB, "gates": gates_LBG, "squashed": squashed_LBD}
    job = _job(*h_BD.shape, **read, **kept, states=states_LBD, output=output_LBD)
    before_BD, hidden_DG = h_BD, hidden_GD.t()
    for t, (normal_BG, after_BD) in enumerate(zip(normal_LBG, output_LBD, strict=True)):
        torch.mm(before_BD, hidden_DG, out=normal_BG)
        _step(job, t, is_backward=False)
        before_BD = after_BD
    return results


@_forward.register_fake
def _empty_results(
    inputs_LBG: Tensor, h_BD: Tensor, *rest: Tensor
) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]:
    shape = (len(inputs_LBG), *h_BD.shape)
    output_LBD, states_LBD, squashed_LBD = (inputs_LBG.new_empty(shape) for _ in range(3))
    gates_LBG, normal_LBG = (inputs_LBG.new_empty(inputs_LBG.shape) for _ in range(2))
    return output_LBD, states_LBD, gates_LBG, normal_LBG, inputs_LBG.new_empty(shape[:2]), squashed_LBD


@apart_from_compiler
@torch.library.custom_op("octavo::normalised_lstm_backward", mutates_args=())
def _backward(
    initial: list[Tensor], weights: list[Tensor], results: list[Tensor], grad_output_LBD: Tensor, grad_c_BD: Tensor
) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]:
    """Gradients of the inputs, of h and c before, and of the weights."""
    (h_BD, c_BD), (hidden_GD, gain_G, cell_gain_D, _) = initial, weights
    output_LBD, states_LBD, gates_LBG, normal_LBG, scales_LB, squashed_LBD = results
    grad_x_LBG, grad_p_LBG = torch.empty_like(gates_LBG), torch.empty_like(gates_LBG)
    carries = {"carry_h": h_BD.new_zeros(h_BD.shape), "carry_c": grad_c_BD.clone(memory_format=torch.contiguous_format)}
    sums = {"grad_gain": torch.zeros_like(gates_LBG[0]), "grad_cell_gain": torch.zeros_like(states_LBD[0])}
    sums["grad_cell_bias"] = torch.zeros_like(states_LBD[0])
    kept = {"normal": normal_LBG, "scales": scales_LB, "gates": gates_LBG, "squashed": squashed_LBD}
    read = {"initial": c_BD, "gain": gain_G, "cell_gain": cell_gain_D, "grad_output": grad_output_LBD}
    read = {name: tensor.contiguous() for name, tensor in read.items()}
    job = _job(*h_BD.shape, **kept, **read, **carries, **sums, states=states_LBD, grad_x=grad_x_LBG, grad_p=grad_p_LBG)
    for t in reversed(range(len(gates_LBG))):
        _step(job, t, is_backward=True)
        torch.mm(grad_p_LBG[t], hidden_GD, out=carries["carry_h"])
    before_LBD = torch.cat([h_BD[None], output_LBD[:-1]])
    grad_hidden_GD = grad_p_LBG.flatten(0, 1).t() @ before_LBD.flatten(0, 1)
    grad_gain_G, grad_cell_gain_D, grad_cell_bias_D = (own.sum(0) for own in sums.values())
    carried = carries["carry_h"], carries["carry_c"]
    return grad_x_LBG, *carried, grad_hidden_GD, grad_gain_G, grad_cell_gain_D, grad_cell_bias_D


@_backward.register_fake
def _empty_gradients(
    initial: list[Tensor], weights: list[Tensor], results: list[Tensor], *rest: Tensor
) -> tuple[Tensor, ...]:
    return tuple(tensor.new_empty(tensor.shape) for tensor in (results[2], *initial, *weights))


def _save(ctx: Any, inputs: tuple[Tensor, ...], output: tuple[Tensor, ...]) -> None:
    ctx.save_for_backward(*inputs[1:], *output)


def _differentiate(ctx: Any, grad_output_LBD: Tensor, grad_states_LBD: Tensor, *unused: Tensor) -> tuple[Tensor, ...]:
    """Of the states only the last is handed out, so that its gradient alone can be there."""
    initial, weights, results = ctx.saved_tensors[:2], ctx.saved_tensors[2:6], ctx.saved_tensors[6:]
    return _backward(list(initial), list(weights), list(results), grad_output_LBD, grad_states_LBD[-1])


_forward.register_autograd(_differentiate, setup_context=_save)

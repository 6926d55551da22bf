"""The recurrence as a PyTorch operator: its kernels by device, its derivative, and its shapes for the compiler.

The gates lie side by side, [length, batch, gate, channel] in the order z, f, o, i, so that the product that makes
them, and the gradient that flows back into it, are each one tensor. Without an output gate the output stays empty.

Shapes: L length, B batch, G gates, H channels.
"""

from types import ModuleType
from typing import Any

import torch
from torch import Tensor

from octavo.ops.late_compiler import apart_from_compiler
from octavo.ops.recurrence import cpu


def _kernels(device: torch.device) -> ModuleType:
    if device.type == "cpu":
        return cpu
    from octavo.ops.recurrence import triton_kernel  # imports Triton, which only a GPU brings

    return triton_kernel


@apart_from_compiler
@torch.library.custom_op("octavo::pool", mutates_args=())
def pool(gates_LBGH: Tensor, initial_BH: Tensor | None, lengths_B: Tensor | None) -> tuple[Tensor, Tensor, Tensor]:
    """Gated outputs, ungated states and final state."""
    output_LBH, states_LBH, final_BH = _empty_results(gates_LBGH, initial_BH, lengths_B)
    # The kernels carry the state from step to step in `final`, which therefore starts as the initial one.
    final_BH.zero_() if initial_BH is None else final_BH.copy_(initial_BH)
    _kernels(gates_LBGH.device).forward(gates_LBGH.contiguous(), lengths_B, output_LBH, states_LBH, final_BH)
    return output_LBH, states_LBH, final_BH


@pool.register_fake
def _empty_results(
    gates_LBGH: Tensor, initial_BH: Tensor | None, lengths_B: Tensor | None
) -> tuple[Tensor, Tensor, Tensor]:
    length, batch, gates, width = gates_LBGH.shape
    output_LBH = gates_LBGH.new_empty((length, batch, width) if gates > 2 else (0,))
    states_LBH = gates_LBGH.new_empty((length, batch, width), dtype=torch.float32)
    return output_LBH, states_LBH, states_LBH.new_empty((batch, width))


@apart_from_compiler
@torch.library.custom_op("octavo::pool_backward", mutates_args=())
def pool_backward(
    gates_LBGH: Tensor,
    initial_BH: Tensor | None,
    lengths_B: Tensor | None,
    states_LBH: Tensor,
    grad_output_LBH: Tensor | None,
    grad_states_LBH: Tensor | None,
    grad_final_BH: Tensor | None,
) -> tuple[Tensor, Tensor]:
    """Gradients of the gates and of the initial state."""
    grad_gates_LBGH = torch.empty_like(gates_LBGH, memory_format=torch.contiguous_format)
    grad_carry_BH = torch.zeros_like(states_LBH[0]) if grad_final_BH is None else grad_final_BH.clone()
    read = (gates_LBGH, lengths_B, initial_BH, states_LBH, grad_output_LBH, grad_states_LBH)
    contiguous = [None if tensor is None else tensor.contiguous() for tensor in read]
    _kernels(gates_LBGH.device).backward(*contiguous, grad_gates_LBGH, grad_carry_BH)
    return grad_gates_LBGH, grad_carry_BH


@pool_backward.register_fake
def _empty_gradients(gates_LBGH: Tensor, initial_BH: Tensor | None, *rest: Tensor | None) -> tuple[Tensor, Tensor]:
    _, batch, _, width = gates_LBGH.shape
    return gates_LBGH.new_empty(gates_LBGH.shape), gates_LBGH.new_empty((batch, width), dtype=torch.float32)


def _save(ctx: Any, inputs: tuple[Tensor, Tensor | None, Tensor | None], output: tuple[Tensor, ...]) -> None:
    ctx.set_materialize_grads(False)
    ctx.save_for_backward(*inputs, output[1])


def _differentiate(
    ctx: Any, grad_output: Tensor | None, grad_states: Tensor | None, grad_final: Tensor | None
) -> tuple[Tensor, Tensor | None, None]:
    gates_LBGH, initial_BH, lengths_B, states_LBH = ctx.saved_tensors
    grad_output = grad_output if gates_LBGH.shape[2] > 2 else None
    saved = (gates_LBGH, initial_BH, lengths_B, states_LBH)
    grad_gates_LBGH, grad_initial_BH = pool_backward(*saved, grad_output, grad_states, grad_final)
    return grad_gates_LBGH, None if initial_BH is None else grad_initial_BH, None


pool.register_autograd(_differentiate, setup_context=_save)

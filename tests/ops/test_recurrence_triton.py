"""The Triton recurrence against the reference: on a GPU where there is one, else through Triton's interpreter."""

import os

import pytest
import torch
from torch import Tensor

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
if DEVICE == "cpu":
    os.environ["TRITON_INTERPRET"] = "1"  # read when Triton is imported
pytest.importorskip("triton", reason="Triton is not installed: its kernels go untested here")

from octavo.ops.recurrence import reference, triton_kernel  # noqa: E402


def by_reference(gates_LBGH: Tensor, initial_BH: Tensor, lengths_B: Tensor | None) -> tuple[list[Tensor], list[Tensor]]:
    inputs = [gates_LBGH.double().requires_grad_(), initial_BH.double().requires_grad_()]
    z, f, o, i = (*inputs[0].unbind(2), None, None)[:4]
    pooled = reference.pool(z, f, o, i, inputs[1], lengths_B)
    upstream = [torch.linspace(-1, 1, value.numel(), device=DEVICE).view_as(value) for value in pooled]
    return list(pooled), list(torch.autograd.grad(pooled, inputs, upstream))


@pytest.mark.parametrize("gates", [2, 3, 4], ids=["f", "fo", "ifo"])
@pytest.mark.parametrize("lengths", [None, [3, 0, 4]], ids=["full", "varied"])
@pytest.mark.parametrize("precision", [torch.float32, torch.bfloat16])
def test_kernels_equal_reference(gates: int, lengths: list[int] | None, precision: torch.dtype) -> None:
    gates_LBGH = (2 * torch.randn(4, 3, gates, 37, device=DEVICE)).to(precision)
    initial_BH = torch.randn(3, 37, device=DEVICE)
    lengths_B = None if lengths is None else torch.tensor(lengths, device=DEVICE)
    wanted, (wanted_gates, wanted_initial) = by_reference(gates_LBGH, initial_BH, lengths_B)

    output_LBH = torch.full_like(gates_LBGH[:, :, 0], torch.nan)
    states_LBH, carry_BH = torch.full_like(output_LBH, torch.nan, dtype=torch.float32), initial_BH.clone()
    triton_kernel.forward(gates_LBGH, lengths_B, output_LBH, states_LBH, carry_BH)
    tolerance = 1e-5 if precision == torch.float32 else 2**-7
    if gates > 2:
        torch.testing.assert_close(output_LBH.double(), wanted[0], rtol=tolerance, atol=tolerance)
    torch.testing.assert_close(states_LBH.double(), wanted[1], rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(carry_BH.double(), wanted[2], rtol=1e-5, atol=1e-5)

    grad_output, grad_states, grad_final = (
        torch.linspace(-1, 1, value.numel(), device=DEVICE).view_as(value) for value in wanted
    )
    if gates == 2:
        grad_output, grad_states = None, 2 * grad_states
    grad_gates, grad_carry = torch.full_like(gates_LBGH, torch.nan), grad_final.clone()
    upstream = (None if grad_output is None else grad_output.to(precision), grad_states)
    triton_kernel.backward(gates_LBGH, lengths_B, initial_BH, states_LBH, *upstream, grad_gates, grad_carry)
    torch.testing.assert_close(grad_gates.double(), wanted_gates, rtol=tolerance, atol=tolerance)
    torch.testing.assert_close(grad_carry.double(), wanted_initial, rtol=tolerance, atol=tolerance)

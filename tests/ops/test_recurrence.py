"""The compiled recurrence against its reference. Shapes: L length, B batch, G gates, H channels."""

import logging
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
from torch import Tensor

from octavo.ops import native, recurrence
from octavo.ops.recurrence import Pooled, cpu, operator, pool, pool_gates, reference

compiled = pytest.mark.skipif(not cpu.AVAILABLE, reason="the kernels are not compiled: python setup.py build_ext -i")
GATES = pytest.mark.parametrize("gates", [2, 3, 4], ids=["f", "fo", "ifo"])


def random_gates(length: int, gates: int, batch: int = 3, width: int = 70, forget_bias: float = 0.0) -> Tensor:
    """Widths of 70 leave a remainder in every vector; a spread of 3 reaches where sigmoids are flat."""
    gates_LBGH = 3 * torch.randn(length, batch, gates, width, generator=torch.Generator().manual_seed(length))
    gates_LBGH[:, :, 1] += forget_bias
    return gates_LBGH


def in_float64(gates_LBGH: Tensor, initial_BH: Tensor | None = None, lengths_B: Tensor | None = None) -> Pooled:
    """The same pooling, by the reference."""
    return pool_gates(gates_LBGH.double(), None if initial_BH is None else initial_BH.double(), lengths_B)


def values_and_gradients(run, gates_LBGH: Tensor, initial_BH: Tensor, lengths_B: Tensor | None) -> list[Tensor]:
    """What pooling gives, and the gradients of a sum in which each of its values has another weight."""
    inputs = [gates_LBGH.clone().requires_grad_(), initial_BH.clone().requires_grad_()]
    pooled = run(*inputs, lengths_B)
    weights = [torch.linspace(-1, 1, value.numel()).view_as(value).to(value.dtype) for value in pooled]
    return [*pooled, *torch.autograd.grad(pooled, inputs, weights)]


def assert_all_close(got: list[Tensor], wanted: list[Tensor], tolerance: float) -> None:
    for got_value, wanted_value in zip(got, wanted, strict=True):
        torch.testing.assert_close(got_value.double(), wanted_value.double(), rtol=tolerance, atol=tolerance)


@compiled
@GATES
@pytest.mark.parametrize("length", [1, 2, 3, 63, 64, 65, 500])
def test_kernel_equals_reference(gates: int, length: int) -> None:
    gates_LBGH, initial_BH = random_gates(length, gates), torch.randn(3, 70)
    lengths_B = torch.tensor([length, max(1, length - 2), 0])
    for lengths in (None, lengths_B):
        got = values_and_gradients(pool_gates, gates_LBGH, initial_BH, lengths)
        assert_all_close(got, values_and_gradients(in_float64, gates_LBGH, initial_BH, lengths), 1e-5)


@compiled
@pytest.mark.parametrize("forget_bias", [-7.0, 0.0, 7.0])
def test_long_memories_stay_exact(forget_bias: float) -> None:
    gates_LBGH = random_gates(4096, 3, batch=1, width=16, forget_bias=forget_bias)
    wanted_LBH = in_float64(gates_LBGH).states_LBH
    scale = wanted_LBH.abs().max()
    assert (pool_gates(gates_LBGH).states_LBH - wanted_LBH).abs().max() < 5e-6 * scale
    assert (pool_gates(gates_LBGH.bfloat16()).states_LBH - wanted_LBH).abs().max() < 2e-2 * scale


@compiled
@GATES
def test_bfloat16_gates_are_pooled_in_float32(gates: int) -> None:
    gates_LBGH, initial_BH = random_gates(65, gates).bfloat16(), torch.randn(3, 70)
    got = values_and_gradients(pool_gates, gates_LBGH, initial_BH, None)
    wanted = values_and_gradients(in_float64, gates_LBGH.float(), initial_BH, None)
    half, single = torch.bfloat16, torch.float32
    assert [value.dtype for value in got] == [half, single, single, half, single]
    assert_all_close(got[1:3], wanted[1:3], 1e-5)
    assert_all_close([got[0], *got[3:]], [wanted[0], *wanted[3:]], 2**-7)


@GATES
def test_pieces_equal_the_whole_to_the_bit(gates: int) -> None:
    gates_LBGH = random_gates(41, gates)
    whole, final_BH, states = pool_gates(gates_LBGH), torch.zeros(3, 70), []
    for piece_LBGH in gates_LBGH.split([1, 7, 1, 32]):
        _, states_LBH, final_BH = pool_gates(piece_LBGH, final_BH)
        states.append(states_LBH)
    assert torch.equal(torch.cat(states), whole.states_LBH)
    assert torch.equal(final_BH, whole.final_BH)


@GATES
@pytest.mark.parametrize("precision", [torch.float32, torch.bfloat16, torch.float64])
def test_a_forget_gate_far_out_copies_the_state_to_the_bit(gates: int, precision: torch.dtype) -> None:
    gates_LBGH = random_gates(5, gates).to(precision)
    gates_LBGH[:, :, 1], gates_LBGH[:, :, 3:] = 1e4, -1e4
    initial_BH = torch.randn(3, 70)
    assert torch.equal(pool_gates(gates_LBGH, initial_BH).final_BH.float(), initial_BH)
    assert not pool_gates(gates_LBGH).final_BH.any()


@GATES
@pytest.mark.parametrize("size", [1e4, float("inf")])
def test_far_out_pre_activations_give_finite_values_and_gradients(gates: int, size: float) -> None:
    signs = torch.randn(6, 2, gates, 70).sign()
    got = values_and_gradients(pool_gates, signs * size, torch.randn(2, 70), None)
    assert all(value.isfinite().all() for value in got)
    assert torch.allclose(got[1][-1].double(), got[2].double())


@GATES
def test_nan_is_not_hidden(gates: int) -> None:
    for gate in range(gates):
        gates_LBGH = random_gates(3, gates)
        gates_LBGH[1, 1, gate, 64] = torch.nan
        output_LBH = pool_gates(gates_LBGH).output_LBH
        assert output_LBH[1, 1, 64].isnan()
        assert output_LBH.isnan().sum() <= 2


@compiled
@GATES
def test_channels_are_the_same_on_any_number_of_threads(gates: int) -> None:
    gates_LBGH = random_gates(40, gates, batch=5, width=200)
    one = pool_gates(gates_LBGH)
    torch.set_num_threads(3)
    try:
        three = pool_gates(gates_LBGH)
        with ThreadPoolExecutor(4) as executor:
            at_once = list(executor.map(pool_gates, [gates_LBGH] * 8))
    finally:
        torch.set_num_threads(1)
    assert all(torch.equal(one.output_LBH, other.output_LBH) for other in [three, *at_once])


def test_reference_has_right_derivatives_of_both_orders() -> None:
    torch.manual_seed(0)
    gates = [torch.randn(4, 2, 3, dtype=torch.float64, requires_grad=True) for _ in range(4)]
    initial_BH = torch.randn(2, 3, dtype=torch.float64, requires_grad=True)
    lengths_B = torch.tensor([4, 2])
    for count in (2, 3, 4):

        def run(initial_BH: Tensor, *gates: Tensor) -> Pooled:
            return reference.pool(*gates, initial_BH=initial_BH, lengths_B=lengths_B)

        assert torch.autograd.gradcheck(run, (initial_BH, *gates[:count]))
        assert torch.autograd.gradgradcheck(run, (initial_BH, *gates[:count]))


def test_pool_takes_gates_apart() -> None:
    gates_LBGH = random_gates(4, 4)
    z, f, o, i = gates_LBGH.unbind(2)
    assert torch.equal(pool(z, f, o, i).output_LBH, pool_gates(gates_LBGH).output_LBH)
    torch.testing.assert_close(pool(z, f).output_LBH, pool(z, f, o).states_LBH)
    with pytest.raises(ValueError, match="needs an output gate"):
        pool(z, f, i=i)
    with pytest.raises(ValueError, match=r"shape \(4, 3, 1, 70\)"):
        pool_gates(z[:, :, None])


@compiled
@GATES
def test_operator_is_sound(gates: int) -> None:
    arguments = (
        random_gates(3, gates).requires_grad_(),
        torch.randn(3, 70, requires_grad=True),
        torch.tensor([3, 1, 2]),
    )
    torch.library.opcheck(operator.pool, arguments)


@compiled
def test_compiles_without_a_graph_break() -> None:
    def total(gates_LBGH: Tensor, lengths_B: Tensor) -> Tensor:
        pooled = pool_gates(gates_LBGH.tanh(), None, lengths_B)
        return pooled.output_LBH.sum() + pooled.final_BH.square().sum()

    gates_LBGH, lengths_B = random_gates(6, 3).requires_grad_(), torch.tensor([6, 2, 1])
    (wanted,) = torch.autograd.grad(total(gates_LBGH, lengths_B), gates_LBGH)
    fast = torch.compile(total, fullgraph=True, backend="aot_eager")
    (got,) = torch.autograd.grad(fast(gates_LBGH, lengths_B), gates_LBGH)
    assert torch.equal(got, wanted)


def test_without_a_compiler_it_says_so_once(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(cpu, "AVAILABLE", False)
    monkeypatch.setattr(native, "problem", native.MISSING)
    monkeypatch.setattr(recurrence, "_told", set())
    with caplog.at_level(logging.WARNING):
        slow = [pool_gates(random_gates(3, 3)) for _ in range(2)]
    assert [record.message for record in caplog.records] == [caplog.records[0].message]
    assert "reinstall octavo" in caplog.text
    torch.testing.assert_close(slow[0].output_LBH, in_float64(random_gates(3, 3)).output_LBH.float())

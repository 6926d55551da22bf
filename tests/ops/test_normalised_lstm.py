"""The compiled normalised LSTM against its plain form. Shapes: L length, B batch, D features, G = 4D gates."""

import pytest
import torch
from torch import Tensor

from octavo.ops import native
from octavo.ops.normalised_lstm import Run, Weights, normalised_lstm, reference

compiled = pytest.mark.skipif(native.kernels is None, reason="no kernels: python setup.py build_ext -i")


def arguments(length: int, batch: int, width: int) -> list[Tensor]:
    chance = torch.Generator().manual_seed(length)
    shapes = [
        (length, batch, 4 * width), (batch, width), (batch, width), (4 * width, width), (4 * width,), (width,), (width,)
    ]  # fmt: skip
    return [torch.randn(shape, generator=chance) for shape in shapes]


def run_of(form, arguments: list[Tensor]) -> Run:
    inputs_LBG, h_BD, c_BD, *weights = arguments
    return form(inputs_LBG, h_BD, c_BD, Weights(*weights))


def values_and_gradients(form, arguments: list[Tensor]) -> list[Tensor]:
    """What it gives, and the gradients of a sum in which each of its values has another weight."""
    leaves = [argument.clone().requires_grad_() for argument in arguments]
    run = run_of(form, leaves)
    weights = [torch.linspace(-1, 1, value.numel()).view_as(value).to(value.dtype) for value in run]
    return [*run, *torch.autograd.grad(run, leaves, weights)]


@compiled
@pytest.mark.parametrize(("length", "batch", "width"), [(1, 1, 7), (5, 3, 6), (40, 17, 70), (3, 64, 200)])
def test_the_kernel_is_the_reference(length: int, batch: int, width: int) -> None:
    single = arguments(length, batch, width)
    got = values_and_gradients(normalised_lstm, single)
    wanted = values_and_gradients(reference, [argument.double() for argument in single])
    for got_value, wanted_value in zip(got, wanted, strict=True):
        assert got_value.dtype == torch.float32
        assert (got_value - wanted_value).abs().max() < 2e-5 * wanted_value.abs().max()


@compiled
def test_threads_and_strides_change_nothing() -> None:
    single = arguments(4, 48, 64)
    scattered = [argument.t().contiguous().t() if argument.dim() == 2 else argument for argument in single]
    scattered[0] = single[0].transpose(0, 1).contiguous().transpose(0, 1)
    wanted, before = values_and_gradients(normalised_lstm, single), torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        for got_value, wanted_value in zip(values_and_gradients(normalised_lstm, scattered), wanted, strict=True):
            torch.testing.assert_close(got_value, wanted_value)
    finally:
        torch.set_num_threads(before)


@compiled
def test_it_is_a_well_behaved_operator() -> None:
    leaves = tuple(argument.requires_grad_() for argument in arguments(3, 2, 5))
    torch.library.opcheck(
        torch.ops.octavo.normalised_lstm.default, leaves, test_utils=("test_schema", "test_faketensor")
    )


@compiled
def test_a_batch_of_none_is_left_to_the_plain_form() -> None:
    run = run_of(normalised_lstm, arguments(2, 0, 5))
    assert run.output_LBD.shape == (2, 0, 5)
    assert run.c_BD.shape == (0, 5)


@compiled
def test_what_is_not_finite_stays_so() -> None:
    """A clamp inside the exponential must not hide a training that has come apart."""
    broken = arguments(2, 2, 5)
    broken[0][0, 0, 3] = float("nan")
    run = run_of(normalised_lstm, broken)
    assert not run.c_BD[0].isfinite().all()
    assert run.c_BD[1].isfinite().all()


@compiled
def test_autocast_leaves_the_recurrence_in_single_precision() -> None:
    """On a CPU with bf16 products too: in halves the kernel would have to be left for the slow form."""
    given = arguments(5, 3, 6)
    plain = run_of(normalised_lstm, given)
    with torch.autocast("cpu", torch.bfloat16):
        found = run_of(normalised_lstm, given)
    assert torch.equal(found.output_LBD, plain.output_LBD)

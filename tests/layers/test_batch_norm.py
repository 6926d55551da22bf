"""Shapes: L length, B batch, D features."""

import pytest
import torch
from torch import nn

from octavo.layers.batch_norm import BatchNorm

LENGTHS_B = torch.tensor([5, 2, 0])
VALID_LB = torch.arange(5)[:, None] < LENGTHS_B


def inputs(seed: int = 0) -> torch.Tensor:
    return torch.randn(5, 3, 4, generator=torch.Generator().manual_seed(seed), dtype=torch.float64) * 3 + 1


def test_where_all_is_valid_it_is_torchs_own() -> None:
    own, others, x_LBD = BatchNorm(4).double(), nn.BatchNorm1d(4, momentum=None).double(), inputs().requires_grad_()
    got_LBD, wanted_ND = own(x_LBD), others(x_LBD.flatten(0, 1))
    torch.testing.assert_close(got_LBD.flatten(0, 1), wanted_ND)
    torch.testing.assert_close(own.mean_D, others.running_mean)
    torch.testing.assert_close(own.variance_D, others.running_var)
    weight_LBD = inputs(1)
    [got_grad] = torch.autograd.grad((got_LBD * weight_LBD).sum(), x_LBD)
    [wanted_grad] = torch.autograd.grad((wanted_ND * weight_LBD.flatten(0, 1)).sum(), x_LBD)
    torch.testing.assert_close(got_grad, wanted_grad)


def test_what_is_not_valid_is_zero_and_counts_for_nothing() -> None:
    x_LBD, norm, alone = inputs(), BatchNorm(4).double(), BatchNorm(4).double()
    y_LBD = norm(x_LBD, VALID_LB)
    wanted_ND = alone(x_LBD[VALID_LB][:, None])[:, 0]
    torch.testing.assert_close(y_LBD[VALID_LB], wanted_ND)
    assert not y_LBD[~VALID_LB].any()
    torch.testing.assert_close(norm.variance_D, alone.variance_D)


def test_running_statistics_are_a_plain_mean_at_first_and_then_a_moving_one() -> None:
    norm, means = BatchNorm(4, momentum=0.25).double(), []
    for seed in range(5):
        norm(inputs(seed))
        means.append(inputs(seed).mean((0, 1)))
    wanted_D = sum(means[:4]) / 4
    wanted_D = wanted_D + 0.25 * (means[4] - wanted_D)
    torch.testing.assert_close(norm.mean_D, wanted_D)


def test_in_evaluation_no_text_minds_its_companions() -> None:
    norm, x_LBD = BatchNorm(4).double(), inputs()
    norm(x_LBD, VALID_LB)
    whole_LBD = norm.eval()(x_LBD, VALID_LB)
    torch.testing.assert_close(norm(x_LBD[:2, 1:2], VALID_LB[:2, 1:2]), whole_LBD[:2, 1:2])


def test_the_running_statistics_serve_in_training_too_and_stay_as_they_are() -> None:
    norm = BatchNorm(4).double()
    torch.testing.assert_close(norm(inputs(), running=True), inputs() / (1 + norm.epsilon) ** 0.5)
    assert norm.batches == 0


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float32])
def test_sums_are_in_single_precision(dtype: torch.dtype) -> None:
    x_LBD = torch.full((300, 1, 2), 1.0 + 2**-7, dtype=dtype)
    norm = BatchNorm(2)
    assert norm(x_LBD).dtype == torch.float32
    torch.testing.assert_close(norm.mean_D, torch.full((2,), 1.0 + 2**-7))

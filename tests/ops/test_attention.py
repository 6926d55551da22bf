"""Shapes: as in octavo/ops/attention.py."""

import pytest
import torch
from torch import Tensor

from octavo.ops.attention import attend, attend_fused, attend_plain, banded

CASES = pytest.mark.parametrize(("asking", "seen", "context"), [(5, 5, 5), (5, 5, 2), (1, 4, 4), (2, 6, 3), (1, 1, 1)])


def heads(asking: int, seen: int) -> tuple[Tensor, Tensor, Tensor]:
    chance = torch.Generator().manual_seed(0)
    q, k, v = (
        torch.randn(2, 3, length, 4, generator=chance, dtype=torch.double, requires_grad=True)
        for length in (asking, seen, seen)
    )
    return q, k, v


@CASES
def test_the_kernels_do_what_is_written_out(asking: int, seen: int, context: int) -> None:
    inputs = heads(asking, seen)
    plain, fused = attend_plain(*inputs, context), attend_fused(*inputs, context)
    torch.testing.assert_close(fused, plain)
    weigh = torch.randn_like(plain)
    wanted = torch.autograd.grad((plain * weigh).sum(), inputs)
    for gradient, other in zip(torch.autograd.grad((fused * weigh).sum(), inputs), wanted, strict=True):
        torch.testing.assert_close(gradient, other)


@CASES
def test_a_position_sees_itself_and_as_many_as_the_context_holds(asking: int, seen: int, context: int) -> None:
    places = range(seen - asking, seen)
    wanted = [[other <= place and place - other < context for other in range(seen)] for place in places]
    assert banded(asking, seen, context).tolist() == wanted


def test_dropout_is_on_the_weights() -> None:
    torch.manual_seed(0)
    values = torch.ones(1, 1, 400, 1)
    alike = torch.zeros(1, 1, 400, 1)
    y = attend(alike, alike, values, context=400, dropout=0.25)
    # Of the last position, 400 equal weights: a quarter is gone, the rest a third larger, about one in sum.
    assert 0.85 < y[0, 0, -1].item() < 1.15
    assert y[0, 0, 0].item() in (0.0, pytest.approx(4 / 3))

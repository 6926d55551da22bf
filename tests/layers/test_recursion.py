"""Shapes: L length, B batch, D features."""

import pytest
import torch
from torch import Tensor, nn

from octavo.layers.recursion import (
    Halving,
    Shared,
    SharedConfig,
    Static,
    StaticConfig,
    build_levels,
    doubling,
    first_gain,
    from_vector,
    to_vector,
)
from octavo.layers.residual import Convolution, Pair


class Times(nn.Module):
    """x → w x: applied k times, w^k x."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.tensor(3.0, dtype=torch.float64))

    def forward(self, x: Tensor) -> Tensor:
        return self.weight * x


def test_the_gradient_of_each_documents_applications_is_divided_by_their_number() -> None:
    """d/dw (2 w + 5 w³) = 2 + 5 · 3 w²; divided by 1 and 3, 2 + 5 w²: of documents at levels 1 and 3 in one batch."""
    levels = Shared(Times, positions=4)
    one, three = levels(torch.tensor(2.0), 1), levels(torch.tensor(5.0), 3)
    assert one.item() + three.item() == 2 * 3 + 5 * 27
    (one + three).backward()
    assert levels.group.weight.grad == 2 + 5 * 9


def test_a_batch_of_texts_without_recursion_gives_the_group_a_gradient_of_zero() -> None:
    levels = Shared(Times, positions=4)
    x = torch.tensor(2.0, requires_grad=True)
    levels(x, 0).backward()
    assert levels.group.weight.grad == 0
    assert x.grad == 1


def test_static_levels_are_groups_of_their_own_and_take_no_longer_text() -> None:
    levels = build_levels(StaticConfig(longest=60), 4, lambda: Halving(3, 2, 1.0, "max"))
    assert isinstance(levels, Static)
    assert len(levels.groups) == 4
    assert levels.length(1) == levels.length(60) == 64
    assert levels(torch.randn(64, 2, 3), 4).shape == (4, 2, 3)
    assert levels.length(levels.length(60)) == 64
    with pytest.raises(
        ValueError, match=r"a text of 65 tokens is too long .* hold 64: train with a larger levels\.lon"
    ):
        levels.length(65)


def test_shared_levels_are_one_group_however_deep() -> None:
    levels = build_levels(SharedConfig(), 4, lambda: doubling(3, 4, 1.0))
    assert len({id(weight) for weight in levels.parameters()}) == 8
    for times in range(4):
        assert levels(torch.randn(4, 2, 3), times).shape == (4 * 2**times, 2, 3)


def test_a_group_that_doubles_adds_every_position_twice() -> None:
    group, x_LBD = doubling(3, 2, 1.0), torch.rand(4, 2, 3)
    for weight in group.parameters():
        nn.init.zeros_(weight)
    assert torch.equal(group(x_LBD), x_LBD.repeat_interleave(2, dim=0))


@pytest.mark.parametrize("depth", [8, 16])
def test_eighty_pairs_and_more_keep_the_size_of_what_passes(depth: int) -> None:
    """With He's own weights each pair would double it."""
    torch.manual_seed(0)
    gain = first_gain(SharedConfig(longest=1024), 4, depth)
    assert gain == (10 * depth) ** -0.5
    x_LBD = torch.randn(16, 4, 32).relu()
    before = x_LBD.square().mean()
    for _ in range(10 * depth):
        x_LBD = Pair(Convolution(32, 32), Convolution(32, 32, gain))(x_LBD)
    assert 0.5 < x_LBD.square().mean() / before < 4


def test_a_vector_is_its_positions_side_by_side() -> None:
    x_LBD = torch.randn(4, 2, 3)
    z_BZ = to_vector(x_LBD)
    assert torch.equal(z_BZ[1], torch.cat([x_LBD[position, 1] for position in range(4)]))
    assert torch.equal(from_vector(z_BZ, 4), x_LBD)

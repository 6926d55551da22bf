"""Shapes: L length, M positions, B batch, D features."""

import pytest
import torch
from torch import Tensor

from octavo.layers.padding import Begun
from octavo.layers.recursion import Halving
from octavo.layers.residual import convolutions

PADDING, LENGTH = 7.0, 32


def of(texts_MB: Tensor) -> Begun:
    return Begun(texts_MB, texts_MB.new_full((LENGTH, 1), PADDING))


def test_what_the_texts_leave_is_padding() -> None:
    begun = of(torch.tensor([[1.0, 2.0], [3.0, 4.0]]))
    assert begun.filled(3).tolist() == [[1, 2], [3, 4], [PADDING, PADDING]]
    assert begun.filled(1).tolist() == [[1, 2]]
    assert begun.filled(LENGTH).shape == (LENGTH, 2)


@torch.no_grad()
@pytest.mark.parametrize("length", [1, 5, 12, 13, 21, 27, 29, 32])
@pytest.mark.parametrize("depth", [2, 4])
def test_layers_read_less_and_make_the_same(length: int, depth: int) -> None:
    group = Halving(3, depth, 1.0, "max").double()
    for bias in (one for name, one in group.named_parameters() if "bias" in name):
        torch.nn.init.normal_(bias)
    texts_MBD, seen = torch.randn(length, 2, 3, dtype=torch.float64), []
    begun = Begun(texts_MBD, texts_MBD.new_zeros(LENGTH, 1, 3))
    whole_HBD = group(begun.filled(LENGTH).clone())
    group.pairs.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0].shape[:2]))
    after = begun.through(group, reach=depth, by=2)
    torch.testing.assert_close(after.filled(LENGTH // 2), whole_HBD)
    assert seen == [(min(LENGTH, length + 2 * depth + length % 2), 2), (LENGTH, 1)]


@torch.no_grad()
def test_convolutions_keep_the_length() -> None:
    layers = torch.nn.Sequential(*convolutions(3, 1, 1.0))
    begun = Begun(torch.randn(5, 2, 3), torch.zeros(LENGTH, 1, 3))
    after = begun.through(layers, reach=2)
    assert len(after.texts_MB) == 7
    torch.testing.assert_close(after.filled(LENGTH), layers(begun.filled(LENGTH)))

"""Shapes: L length, B batch, V symbols."""

import pytest
import torch

from octavo.data.codecs import Escaped
from octavo.layers.recursion import StaticConfig
from octavo.writers.recursive import RecursiveWriter, RecursiveWriterConfig
from tests.asking import assert_same, exactly
from tests.levels import copied

ALPHABET = Escaped(documents=True).alphabet
SMALL = RecursiveWriterConfig(width=6, depth=2)


@pytest.mark.parametrize(("length", "level"), [(1, 4), (4, 4), (5, 8), (1023, 1024), (1024, 1024), (1025, 2048)])
def test_a_text_is_written_at_its_padded_length(length: int, level: int) -> None:
    writer = RecursiveWriter(SMALL, ALPHABET, condition=24)
    assert writer.level(length) == level
    assert writer.decode(torch.randn(2, 24), length).shape == (level, 2, 256)


def test_one_set_of_weights_writes_any_length() -> None:
    writer = RecursiveWriter(SMALL, ALPHABET, condition=24)
    # Two linear layers; two convolutions, one to twice the features; two more, the last to 256, and its skip.
    by_hand = 2 * (24 * 24 + 24) + (3 * 6 * 12 + 12) + 2 * (3 * 6 * 6 + 6) + (3 * 6 * 256 + 256) + 6 * 256
    assert sum(weight.numel() for weight in writer.parameters()) == by_hand


def test_the_last_layer_has_no_relu() -> None:
    torch.manual_seed(0)
    assert (RecursiveWriter(SMALL, ALPHABET, condition=24).decode(torch.randn(2, 24), 16) < 0).any()


@torch.no_grad()
def test_static_levels_with_the_groups_weights_are_as_recursion_where_the_length_is_theirs() -> None:
    shared = exactly(RecursiveWriter(SMALL, ALPHABET, condition=24))
    config = RecursiveWriterConfig(width=6, depth=2, levels=StaticConfig(longest=32))
    static = exactly(RecursiveWriter(config, ALPHABET, condition=24))
    static.load_state_dict(copied(shared, static))
    z_BZ = torch.randn(2, 24, dtype=torch.float64)
    assert_same(static.decode(z_BZ, 7), shared.decode(z_BZ, 32))

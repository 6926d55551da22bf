"""Shapes: L length, B batch."""

import math

import pytest
import torch

from octavo.layers.levels import halvings, padded, padded_length, rows_by_level


@pytest.mark.parametrize("bytes", [0, 1, 3, 4, 7, 8, 63, 64, 1022, 1023, 1024, 1025])
def test_a_text_is_padded_to_the_power_of_two_that_holds_it_and_its_end(bytes: int) -> None:
    """2^⌈log2(l + 1)⌉, and 4 at least."""
    assert padded_length(bytes + 1, 4) == max(4, 2 ** math.ceil(math.log2(bytes + 1)))


def test_halvings_lead_from_the_padded_length_to_the_least() -> None:
    for least in (1, 3, 4, 16):
        for length in range(1, 200):
            assert padded_length(length, least) == least * 2 ** halvings(length, least) >= length
            assert halvings(length, least) == 0 or padded_length(length, least) < 2 * length


def test_padding_is_an_id_of_its_own_from_the_end_on() -> None:
    tokens_LB = torch.tensor([[5, 6], [0, 7], [9, 0]])
    long_LB = padded(tokens_LB, torch.tensor([2, 3]), 4, padding=256)
    assert long_LB.T.tolist() == [[5, 0, 256, 256], [6, 7, 0, 256]]
    assert padded(tokens_LB, torch.tensor([2, 2]), 2, padding=256).T.tolist() == [[5, 0], [6, 7]]


def test_every_row_has_one_level() -> None:
    levels = [8, 4, 16, 4, 8]
    rows = rows_by_level(levels)
    assert sorted(row for some in rows.values() for row in some) == list(range(5))
    assert all(levels[row] == level for level, some in rows.items() for row in some)

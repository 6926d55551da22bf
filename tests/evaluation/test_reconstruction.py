"""What came back of texts, compared with them."""

import numpy as np
import pytest

from octavo.evaluation.reconstruction import Reconstruction, before_end, totals, wrong

END = 0
TRUTH = [104, 195, 182, END]  # hö


def one(made: list[int], truth: list[int] = TRUTH) -> Reconstruction:
    return Reconstruction(np.array(truth), np.array(made, int))


@pytest.mark.parametrize(
    ("made", "places"),
    [
        (TRUTH, []),
        ([*TRUTH, 9, 9], []),
        ([104, 195, 183, END], [2]),
        ([104, 195, END, END], [2]),
        ([104, END], [1, 2, 3]),
        ([104, 195, 182, 9], [3]),
        ([], [0, 1, 2, 3]),
    ],
)
def test_a_position_is_wrong_where_something_else_or_nothing_stands(made: list[int], places: list[int]) -> None:
    assert np.flatnonzero(wrong(one(made))).tolist() == places


def test_what_follows_an_end_is_not_the_text() -> None:
    assert before_end([1, 2, END, 3], END) == [1, 2]
    assert before_end([1, 2], END) == [1, 2]
    assert before_end([1, 2, END], None) == [1, 2, END]


def test_totals_count_positions_and_texts() -> None:
    ones = [one(TRUTH), one([104, 195, END, END]), one([9, END], truth=[7, END])]
    sums = totals(ones, END, lambda ids: bytes(ids), "byte")
    assert sums == {"byte_error": (2, 10), "exact": (1, 3), "valid_utf8": (2, 3)}
    assert sums["byte_error"].value == pytest.approx(0.2)

import sys
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from octavo.figures.style import COLOURS, apart, drawing, line_style

PLACES = st.lists(st.floats(0.0, 1.0), min_size=1, max_size=8)


@given(PLACES)
def test_labels_keep_apart_in_their_order_and_inside(places: list[float]) -> None:
    moved = apart(places, gap=0.1)
    order = sorted(range(len(places)), key=lambda index: places[index])
    gaps = [moved[above] - moved[below] for below, above in pairwise(order)]
    assert all(gap > 0.1 - 1e-9 for gap in gaps)
    assert all(-1e-9 <= place <= 1 + 1e-9 for place in moved)


@given(PLACES)
def test_labels_with_room_stay(places: list[float]) -> None:
    assert apart(places, gap=0.0) == pytest.approx(places)


def test_lines_differ() -> None:
    looks = [tuple(line_style(place).values()) for place in range(3 * len(COLOURS))]
    assert len(set(looks)) == len(looks)


def test_without_matplotlib_the_extra_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ValueError, match=r"pip install 'octavo\[plot\]'"), drawing(tmp_path / "x.png", 2.0):
        pass

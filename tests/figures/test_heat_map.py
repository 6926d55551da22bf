"""T tokens, N units."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from octavo.figures import FIGURES
from octavo.figures.heat_map import COLUMNS, alike_together, lines_of

CHARACTERS = list("no line is ever longer than it may be, but for " * 5)


def write(path: Path, tokens: list[str], units: int = 4) -> Path:
    chance = np.random.default_rng(0)
    rows = [{"token": token, "states": chance.uniform(-1, 1, units).round(4).tolist()} for token in tokens]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@given(st.lists(st.text("ab", min_size=1, max_size=9), min_size=1, max_size=99))
def test_every_word_has_its_place_in_a_line(words: list[str]) -> None:
    lines = [*lines_of(words)]
    assert [placed.token for line in lines for placed in line] == list(range(len(words)))
    for line in lines:
        assert line[0].begin == 0
        assert line[-1].end <= COLUMNS
        assert all(placed.end - placed.begin == len(words[placed.token]) + 1 for placed in line)


def test_characters_are_parted_at_spaces_and_take_no_more_than_themselves() -> None:
    lines = [*lines_of(CHARACTERS)]
    assert len(lines) == 3
    for line in lines:
        assert line[-1].end == len(line) <= COLUMNS
        assert CHARACTERS[line[-1].token] == " "


def test_a_word_longer_than_a_line_is_broken() -> None:
    lines = [*lines_of([" ", *"a" * (2 * COLUMNS)])]
    assert sum(map(len, lines)) == 2 * COLUMNS + 1
    assert all(line[-1].end <= COLUMNS for line in lines)


def test_units_that_move_together_are_neighbours() -> None:
    waves_TN = np.stack([np.sin(np.arange(40) * speed) for speed in (0.3, 0.3, 1.1, 1.1)], axis=1)
    shuffled = [0, 2, 1, 3]
    order = [shuffled[place] for place in alike_together(waves_TN[:, shuffled])]
    assert {frozenset(order[:2]), frozenset(order[2:])} == {frozenset({0, 1}), frozenset({2, 3})}


@pytest.mark.parametrize("tokens", [["one", "$_x^2$", "<end>"] * 30, ["a"]])
def test_the_text_stands_over_its_states(tmp_path: Path, tokens: list[str]) -> None:
    pytest.importorskip("matplotlib", reason="needs the plot extra")
    FIGURES["hidden-states"]([write(tmp_path / "states.jsonl", tokens)], tmp_path / "figure.svg")
    texts = re.findall(r"<text[^>]*>([^<]+)<", (tmp_path / "figure.svg").read_text())
    shown = {text.replace("&lt;", "<").replace("&gt;", ">") for text in texts}
    assert {*tokens, "4 units under each token, those that move together side by side"} <= shown


def test_what_cannot_be_drawn_is_told(tmp_path: Path) -> None:
    path = write(tmp_path / "states.jsonl", ["a"])
    with pytest.raises(ValueError, match="draws one text, not 2"):
        FIGURES["hidden-states"]([path, path], tmp_path / "figure.svg")
    for lines in ('{"token": "a", "entropy": 1.0}\n', "no JSON"):
        path.write_text(lines)
        with pytest.raises(ValueError, match=r"states\.jsonl holds no states: octavo inspect RUN --states N"):
            FIGURES["hidden-states"]([path], tmp_path / "figure.svg")
    with pytest.raises(ValueError, match="2,001 tokens: 1 to 2,000"):
        FIGURES["hidden-states"]([write(path, ["a"] * 2001)], tmp_path / "figure.svg")

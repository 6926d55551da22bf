"""What a layer holds while it reads: its units' states under the text, line by line (Bradbury et al. 2017, Figure 3).

T tokens, N units.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from octavo.figures.style import INK, WIDTH, drawing, two_sided

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLUMNS = 96  # characters in a line of text
POINT = 72  # to the inch
LETTER = 0.602  # the width of DejaVu Sans Mono, in sizes of the font
TEXT, STRIP, GAP = 0.17, 0.42, 0.10  # inches of a line's text, of the states under it, and between lines
MARGIN = 0.1  # inches at either side
HEAD = 0.42  # inches above the first line
MOST = 2000  # tokens


class Held(NamedTuple):
    """A text's tokens and the states at each."""

    tokens: list[str]
    states_TN: np.ndarray


def hidden_states(paths: Sequence[Path], out: Path) -> None:
    """One text with its states under it, from what `octavo inspect RUN --states N --json` printed."""
    if len(paths) != 1:
        raise ValueError(f"hidden-states draws one text, not {len(paths)}")
    held = read_states(paths[0])
    states_TN = held.states_TN[:, alike_together(held.states_TN)]
    places = [*lines_of(held.tokens)]
    pitch = TEXT + STRIP + GAP
    with drawing(out, HEAD + pitch * len(places)) as figure:
        figure.set_layout_engine("none")
        largest = float(np.abs(states_TN).max()) or 1.0
        for number, line in enumerate(places):
            top = HEAD + pitch * number
            axes = _strip_at(figure, top + TEXT)
            _draw_line(axes, line, held.tokens, states_TN, largest)
        _explain(figure, states_TN.shape[1], largest)


def read_states(path: Path) -> Held:
    """The rows that inspect printed."""
    try:
        rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        held = Held([row["token"] for row in rows], np.array([row["states"] for row in rows], float))
    except (ValueError, KeyError, TypeError):
        raise ValueError(
            f"{path} holds no states: octavo inspect RUN --states N --text FILE --json gives them"
        ) from None
    if not 0 < len(held.tokens) <= MOST or held.states_TN.ndim != 2:
        raise ValueError(f"{path} holds the states of {len(held.tokens):,} tokens: 1 to {MOST:,} can be drawn")
    return held


def alike_together(states_TN: np.ndarray) -> np.ndarray:
    """An order of the units in which those that move together are neighbours: by angle in their two main directions."""
    _, sizes, directions_DN = np.linalg.svd(states_TN - states_TN.mean(0), full_matrices=False)
    loadings_2N = np.zeros((2, states_TN.shape[1]))
    loadings_2N[: len(sizes)] = (sizes[:, None] * directions_DN)[:2]
    return np.argsort(np.arctan2(loadings_2N[1], loadings_2N[0]), kind="stable")


class Placed(NamedTuple):
    """A token, and the columns that it takes in its line."""

    token: int
    begin: int
    end: int


def lines_of(tokens: Sequence[str]) -> Iterator[list[Placed]]:
    """The tokens in lines of at most COLUMNS, broken between words; words, unlike characters, bring no spaces along."""
    gap = 0 if any(token.isspace() for token in tokens) else 1
    line: list[Placed] = []
    column = 0
    for word in _words(tokens, gap):
        width = sum(len(tokens[number]) + gap for number in word)
        for number in word:
            own = len(tokens[number]) + gap
            if line and (column + width > COLUMNS or column + own > COLUMNS):
                yield line
                line, column = [], 0
            line.append(Placed(number, column, column + own))
            column, width = column + own, 0
    yield line


def _words(tokens: Sequence[str], gap: int) -> Iterator[list[int]]:
    """The numbers of the tokens that no line may part: of characters, those up to a space."""
    word: list[int] = []
    for number, token in enumerate(tokens):
        word.append(number)
        if gap or token.isspace():
            yield word
            word = []
    if word:
        yield word


def _strip_at(figure: Figure, top: float) -> Axes:
    """Axes for the states under a line of text, so many inches from the figure's top."""
    height = figure.get_figheight()
    margin = MARGIN / WIDTH
    axes = figure.add_axes((margin, 1 - (top + STRIP) / height, 1 - 2 * margin, STRIP / height))
    axes.set_axis_off()
    return axes


def _draw_line(axes: Axes, line: list[Placed], tokens: Sequence[str], states_TN: np.ndarray, largest: float) -> None:
    edges = [line[0].begin, *(placed.end for placed in line)]
    values_NT = states_TN[[placed.token for placed in line]].T
    axes.pcolormesh(
        edges, np.arange(len(values_NT) + 1), values_NT, cmap=two_sided(), vmin=-largest, vmax=largest, rasterized=True
    )
    axes.set(xlim=(0, COLUMNS), ylim=(0, len(values_NT)))
    write_tokens(axes, line, tokens, above=len(values_NT))


def write_tokens(axes: Axes, line: list[Placed], tokens: Sequence[str], above: float) -> None:
    """A line of text over what is drawn under it, each token where it is placed."""
    size = POINT * (WIDTH - 2 * MARGIN) / COLUMNS / LETTER
    for placed in line:
        axes.annotate(
            tokens[placed.token],
            (placed.begin, above),
            xytext=(0, 2.5),
            textcoords="offset points",
            family="DejaVu Sans Mono",
            fontsize=size,
            parse_math=False,
            annotation_clip=False,
        )


def _explain(figure: Figure, units: int, largest: float) -> None:
    """How many units there are, and what their colours mean."""
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize

    height, margin = figure.get_figheight(), MARGIN / WIDTH
    middle = 1 - 0.16 / height
    figure.text(margin, middle, f"{units} units under each token, those that move together side by side", va="center")
    bar = figure.add_axes((1 - margin - 0.2, middle - 0.035 / height, 0.2, 0.07 / height))
    colours = ScalarMappable(Normalize(-largest, largest), two_sided())
    key = figure.colorbar(colours, cax=bar, orientation="horizontal", ticks=[-largest, 0, largest], format="{x:.2g}")
    key.outline.set_linewidth(0.4)
    bar.tick_params(length=0, pad=1.5, labelsize=6.5)
    figure.text(1 - margin - 0.2 - 0.012, middle, "ungated state", va="center", ha="right", color=INK)

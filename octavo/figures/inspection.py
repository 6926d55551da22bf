"""What a model thought at every character: entropy, loss and rank under a text (Al-Rfou et al. 2019, Figure 6).

T tokens, 3 measures.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from octavo.figures.heat_map import COLUMNS, MARGIN, Placed, lines_of, write_tokens
from octavo.figures.studies import studied
from octavo.figures.style import COLOURS, INK, WIDTH, drawing

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap
    from matplotlib.figure import Figure

TEXT, STRIP, GAP = 0.17, 0.075, 0.09  # inches of a line's text, of a measure's strip under it, and between lines
HEAD = 0.34  # inches above the first line
MOST = 2000  # tokens
DEEPEST = 8.0  # bits, or log₂ of the last of 256 ranks
MEASURES = ("entropy", "loss", "rank")
KEYS = {"entropy": "entropy, 0 to 8 bits", "loss": "loss, 0 to 8 bits", "rank": "rank, 1 to 256, logarithmic"}


def inspection(paths: Sequence[Path], out: Path) -> None:
    """One text over three strips of colour, from what `octavo inspect RUN --json` or `octavo study text` gave."""
    if len(paths) != 1:
        raise ValueError(f"inspect draws one text, not {len(paths)}")
    tokens, values_T3 = read_thoughts(paths[0])
    lines = [*lines_of(tokens)]
    height = TEXT + len(MEASURES) * STRIP
    with drawing(out, HEAD + (height + GAP) * len(lines)) as figure:
        figure.set_layout_engine("none")
        _explain(figure)
        for number, line in enumerate(lines):
            axes = _axes_at(figure, HEAD + (height + GAP) * number + TEXT, len(MEASURES) * STRIP)
            _draw_line(axes, line, tokens, values_T3)


def read_thoughts(path: Path) -> tuple[list[str], np.ndarray]:
    """The rows that inspect printed: tokens, and of each its entropy, loss and log₂ of its rank."""
    try:
        rows = studied(path, "inspected") or [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        tokens = [str(row["token"]) for row in rows]
        values_T3 = np.array([_values(row) for row in rows], float)
    except (ValueError, LookupError, TypeError):
        raise ValueError(f"{path} holds no inspected text: octavo inspect RUN --text FILE --json gives one") from None
    if not 0 < len(tokens) <= MOST:
        raise ValueError(f"{path} holds {len(tokens):,} tokens: 1 to {MOST:,} can be drawn")
    return tokens, values_T3


def _values(row: dict[str, Any]) -> list[float]:
    """JSON has no infinity: null stands for it."""
    loss = DEEPEST if row["loss"] is None else row["loss"]
    return [row["entropy"], loss, float(np.log2(row["rank"]))]


def _axes_at(figure: Figure, top: float, size: float) -> Axes:
    """Axes for the strips under a line of text, so many inches from the figure's top."""
    height, margin = figure.get_figheight(), MARGIN / WIDTH
    axes = figure.add_axes((margin, 1 - (top + size) / height, 1 - 2 * margin, size / height))
    axes.set(xlim=(0, COLUMNS), ylim=(len(MEASURES), 0))
    axes.set_axis_off()
    return axes


def _draw_line(axes: Axes, line: list[Placed], tokens: Sequence[str], values_T3: np.ndarray) -> None:
    edges = [line[0].begin, *(placed.end for placed in line)]
    values_3N = values_T3[[placed.token for placed in line]].T
    for place, colours in enumerate(_shades()):
        strip_1N = values_3N[place][None]
        axes.pcolormesh(edges, [place, place + 1], strip_1N, cmap=colours, vmin=0, vmax=DEEPEST, rasterized=True)
    write_tokens(axes, line, tokens, above=0)


def _shades() -> list[Colormap]:
    """From white to one of the house's colours, one for each measure."""
    from matplotlib.colors import LinearSegmentedColormap

    return [LinearSegmentedColormap.from_list(colour, ["#F7F7F7", colour]) for colour in COLOURS[: len(MEASURES)]]


def _explain(figure: Figure) -> None:
    """What each strip is and what its colours mean, in the order in which they stand under a line."""
    height, margin = figure.get_figheight(), MARGIN / WIDTH
    middle = 1 - 0.14 / height
    for place, (measure, colours) in enumerate(zip(MEASURES, _shades(), strict=True)):
        left = margin + place * 0.26
        bar = figure.add_axes((left, middle - 0.035 / height, 0.07, 0.07 / height))
        bar.pcolormesh(np.linspace(0, DEEPEST, 65)[None], cmap=colours, vmin=0, vmax=DEEPEST, rasterized=True)
        bar.set_axis_off()
        figure.text(left + 0.08, middle, KEYS[measure], va="center", color=INK)

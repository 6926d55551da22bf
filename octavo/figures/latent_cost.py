"""What texts cost a VAE in bits a character, and how much of it the latent variable holds (Semeniuta et al. 2017)."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Any, NamedTuple

from octavo.figures.rows import read_row
from octavo.figures.style import INK, drawing, label_right, line_style
from octavo.recipe import fields, override
from octavo.recipes import recipe

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HEIGHT, WIDTH = 3.0, 5.0  # inches
BELOW = -0.03  # of the axis, under zero, so that a point there is seen whole
Fields = dict[str, Any]


class Cell(NamedTuple):
    """A result: which line it belongs to and where on it, the cost in bits a character, and the KL's part of that."""

    line: str
    place: float
    cost: float
    kl: float


class View(NamedTuple):
    """What a figure's lines and places are, of a result's recipe with its overrides, and how its axis reads."""

    line: Callable[[Fields], str]
    place: Callable[[Fields], float]
    axis: str
    reconstruction: bool = False


def latent_cost(view: View, results: Sequence[Path], out: Path) -> None:
    """The whole cost solid, the KL's part of it dashed, a colour a system; or the reconstruction alone.

    Of several runs at one place, which may differ by their seeds, each has its dot, and the line goes by their mean.
    """
    cells = [_cell(view, path) for path in results]
    names = sorted(
        {cell.line for cell in cells}, key=str.lower
    )  # so that the convolutions' colour is the same everywhere
    with drawing(out, HEIGHT, WIDTH) as figure:
        axes = figure.subplots()
        ends = [
            _draw(axes, [cell for cell in cells if cell.line == name], number, view)
            for number, name in enumerate(names)
        ]
        height = "reconstruction, bits per character" if view.reconstruction else "bits per character"
        axes.set(xlabel=view.axis, ylabel=height, xticks=sorted({cell.place for cell in cells}))
        axes.set_ylim(bottom=BELOW * axes.get_ylim()[1])
        axes.xaxis.set_major_formatter("{x:g}")
        if not view.reconstruction:
            _explain(axes)
        figure.draw_without_rendering()
        label_right(axes, names, ends, [line_style(number) for number in range(len(names))])


def _draw(axes: Axes, cells: Sequence[Cell], number: int, view: View) -> float:
    """The cost at the right end of its line."""
    colour, places = line_style(number)["color"], [cell.place for cell in cells]
    costs = _means(places, [cell.cost for cell in cells])
    axes.plot(places, [cell.cost for cell in cells], "o", color=colour, markersize=3.5)
    axes.plot(*zip(*costs, strict=True), "-", color=colour, linewidth=1.6)
    if not view.reconstruction:
        held = [cell.kl for cell in cells]
        axes.plot(places, held, "o", color=colour, markersize=3.5)
        axes.plot(*zip(*_means(places, held), strict=True), "--", color=colour, linewidth=1.2)
    return costs[-1][1]


def _means(places: Sequence[float], heights: Sequence[float]) -> list[tuple[float, float]]:
    """The mean of the heights at each place, from left to right.

    >>> _means([60, 40, 60], [1.0, 5.0, 2.0])
    [(40, 5.0), (60, 1.5)]
    """
    pairs = list(zip(places, heights, strict=True))
    return [(place, fmean(height for at, height in pairs if at == place)) for place in sorted(set(places))]


def _explain(axes: Axes) -> None:
    """What solid and dashed mean, above the axes, where no line can come."""
    looks = (("-", "full cost"), ("--", "its KL"))
    lines = [axes.plot([], [], look, color=INK, label=label)[0] for look, label in looks]
    axes.legend(handles=lines, loc="lower left", bbox_to_anchor=(-0.02, 1.0), ncols=2, borderpad=0.2)


def _cell(view: View, path: Path) -> Cell:
    """A row of results, of its test split."""
    row = read_row(path)
    try:
        found, trained = row["metrics"]["test"], dict(fields(override(recipe(row["recipe"]), row["overrides"])))
        kl, reconstruction = found["kl"], found["reconstruction"]
    except KeyError as missing:
        raise ValueError(f"{path} has no {missing}: octavo evaluate RUN --record writes a VAE's") from None
    characters = trained["data.batching.window"] * math.log(2)
    cost = reconstruction if view.reconstruction else reconstruction + kl
    return Cell(view.line(trained), view.place(trained), cost / characters, kl / characters)


def _system(of: Fields) -> str:
    """A reader of convolutions makes the hybrid; an LSTM, the LSTM VAE."""
    if of["model.reader.kind"] == "strided":
        return f"hybrid, \N{GREEK SMALL LETTER ALPHA} = {of['model.plan']:g}"
    return f"LSTM VAE, p = {of['model.writer.drop_word']:g}"


def _annealed(of: Fields) -> str:
    return "without annealing" if of["model.kl_weight.kind"] == "constant" else "KL annealed"


def _convolutions(of: Fields) -> str:
    if of["model.reader.kind"] == "strided":
        return "convolutions"
    return "LSTMs"


def _window(of: Fields) -> float:
    return of["data.batching.window"]


LENGTHS = View(_system, _window, "characters in a text")
WEIGHTS = View(
    _annealed,
    lambda of: of["model.plan"],
    "\N{GREEK SMALL LETTER ALPHA}, the weight of the reconstruction from the plan alone",
)
SIGHT = View(
    lambda of: f"\N{GREEK SMALL LETTER ALPHA} = {of['model.plan']:g}",
    lambda of: of["model.writer.top.layers"] + 1,
    "characters before it that the top sees",
)
HISTORYLESS = View(_convolutions, _window, "characters in a text", reconstruction=True)

latent_lengths = partial(latent_cost, LENGTHS)
latent_weights = partial(latent_cost, WEIGHTS)
latent_sight = partial(latent_cost, SIGHT)
historyless = partial(latent_cost, HISTORYLESS)

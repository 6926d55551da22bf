"""How cost grows with size: a column for each size that was varied, time above and memory below."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from octavo.figures.speed import machine_of
from octavo.figures.style import COLOURS, drawing

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HEIGHT = 4.6  # inches
MEASURES = {"us_per_token": "µs a token", "bytes_per_token": "bytes kept a token"}


def scaling(paths: Sequence[Path], out: Path) -> None:
    """Time and memory a token against each size, both axes by powers, from what `octavo bench scaling` printed."""
    bench = _read(paths[0])
    rows = bench["scaling"]
    varied = list(dict.fromkeys(row["varied"] for row in rows))
    systems = list(dict.fromkeys(row["system"] for row in rows))
    colours = dict(zip(systems, COLOURS, strict=False))
    with drawing(out, HEIGHT) as figure:
        grid = figure.subplots(len(MEASURES), len(varied), sharex="col", squeeze=False)
        for measure, axes_of_measure in zip(MEASURES, grid, strict=True):
            for size, axes in zip(varied, axes_of_measure, strict=True):
                _draw(axes, [row for row in rows if row["varied"] == size], measure, colours)
            axes_of_measure[0].set_ylabel(MEASURES[measure])
        for size, axes in zip(varied, grid[-1], strict=True):
            axes.set_xlabel(size)
        figure.suptitle(f"what a token costs in training ({machine_of(bench)})", fontsize="medium")
        handles = [grid[0][0].plot([], [], color=colour, label=system)[0] for system, colour in colours.items()]
        figure.legend(handles=handles, loc="outside lower center", ncols=len(systems))


def _draw(axes: Axes, rows: Sequence[dict[str, Any]], measure: str, colours: dict[str, str]) -> None:
    from matplotlib.ticker import LogLocator

    for system, colour in colours.items():
        own = [row for row in rows if row["system"] == system]
        axes.plot([row["size"] for row in own], [row[measure] for row in own], "o-", color=colour, markersize=3)
    axes.set(xscale="log", yscale="log")
    sizes = sorted({row["size"] for row in rows})
    axes.set_xticks(sizes, [f"{size:,}" for size in sizes], rotation=90, minor=False)
    axes.set_xticks([], minor=True)
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_major_formatter("{x:,g}")
    axes.set_yticks([], minor=True)
    axes.tick_params(labelsize="small")


def _read(path: Path) -> dict[str, Any]:
    try:
        bench = json.loads(path.read_text("utf-8"))
        bench["scaling"][0]["us_per_token"]
    except (ValueError, KeyError, IndexError, TypeError):
        raise ValueError(f"{path} has no figures of scaling: octavo bench scaling --out FILE writes them") from None
    return bench

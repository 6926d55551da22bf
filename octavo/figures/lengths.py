"""Error by a text's length, and how long texts are (Zhang & LeCun 2018, Figures 6 and 7)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from octavo.figures.studies import SPLITS, read_study
from octavo.figures.style import INK, drawing, label_right, line_style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

HEIGHT = 2.7  # inches
TICKS = 8
LOOKS: dict[str, dict[str, Any]] = {"train": {"lw": 0.7, "ms": 2, "alpha": 0.6}, "test": {"lw": 1.6, "ms": 3.5}}


def length_error(paths: Sequence[Path], out: Path) -> None:
    """The error in each bin of lengths, from `octavo study lengths`; texts beyond training's are to the right."""
    runs = read_study(paths, "lengths")
    with drawing(out, HEIGHT) as figure:
        axes = figure.subplots()
        for place, run in enumerate(runs):
            for split in SPLITS:
                rows = run.found[split]
                edges, errors = [row["up_to"] for row in rows], [row["error"] for row in rows]
                axes.plot(edges, errors, marker="o", **line_style(place), **LOOKS[split])
        for trained in {run.found["longest_trained"] for run in runs} - {None}:
            axes.axvline(trained, color=INK, lw=0.6, ls=":")
        axes.set(xlabel="bytes up to, the end among them; training ends at the dotted line", ylabel="error")
        axes.set(xlim=(0, None), ylim=(0, None))
        last = max(row["up_to"] for run in runs for row in run.found["test"])
        axes.set_xticks(range(0, last + 1, max(1, last // TICKS)))
        explain(figure)
        figure.draw_without_rendering()
        _name(axes, [run.name for run in runs], [run.found["test"][-1]["error"] for run in runs])


def lengths(paths: Sequence[Path], out: Path) -> None:
    """The share of training's texts in each bin of lengths, from `octavo study data`."""
    runs = read_study(paths, "data")
    with drawing(out, HEIGHT) as figure:
        axes = figure.subplots()
        last = []
        for place, run in enumerate(runs):
            found = run.found["train"]
            shares = [row["texts"] / found["texts"] for row in found["histogram"]]
            axes.plot([row["up_to"] for row in found["histogram"]], shares, marker="o", ms=3, **line_style(place))
            last.append(shares[-1])
        axes.set(xlabel="bytes up to, the end among them", ylabel="share of texts", xlim=(0, None), ylim=(0, None))
        last_edge = runs[0].found["train"]["histogram"][-1]["up_to"]
        axes.set_xticks(range(0, last_edge + 1, max(1, last_edge // TICKS)))
        figure.draw_without_rendering()
        longer = [f"{run.name}, {1 - run.found['train']['share_up_to_1024']:.1%} longer" for run in runs]
        _name(axes, longer, last)


def explain(figure: Figure) -> None:
    """Which look is of training's texts, above the axes."""
    from matplotlib.lines import Line2D

    of = {"train": "training", "test": "held out"}
    lines = [Line2D([], [], marker="o", color=INK, label=of[split], **look) for split, look in LOOKS.items()]
    figure.legend(handles=lines, loc="outside upper left", ncols=2, borderpad=0.2)


def _name(axes: Axes, names: Sequence[str], heights: Sequence[float]) -> None:
    label_right(axes, names, heights, [line_style(place) for place in range(len(names))])

"""The plane that a latent variable of two dimensions spans, by label (Yang et al. 2017, Figure 3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any

from octavo.figures.rows import decoder_of
from octavo.figures.studies import Studied, read_study
from octavo.figures.style import COLOURS, drawing

HEIGHT = 3.4  # inches
SIZE = 5
LABELS_A_LINE = 7
Point = tuple[float, float, int]
MARKERS = "osD^v"  # with seven colours, thirty-five labels that can be told apart


def plane(paths: Sequence[Path], out: Path) -> None:
    """Posterior means of held-out texts, by label, from `octavo study plane`."""
    runs = read_study(paths, "plane")
    with drawing(out, HEIGHT) as figure:
        panels = figure.subplots(1, len(runs), squeeze=False)[0]
        for axes, run in zip(panels, runs, strict=True):
            draw_points(axes, run.found)
            axes.set_title(title_of(run), fontsize="medium")
        figure.legend(loc="outside lower center", ncols=LABELS_A_LINE, fontsize="small", markerscale=2)


def title_of(run: Studied) -> str:
    """The texts, and what writes them; the run's name where that is not told."""
    return f"{run.row['data']}, {decoder_of(run.row)}" if "recipe" in run.row else run.name


def draw_points(axes: Any, found: Mapping[str, Any]) -> None:
    """Points by chance, since the last drawn are on top; a marker's are drawn together."""
    points = shuffled(found["points"])
    for number, name in enumerate(found["label_names"]):
        axes.scatter([], [], s=SIZE, **style_of(number), linewidths=0, label=name)
    for marker in dict.fromkeys(style_of(number)["marker"] for number in range(len(found["label_names"]))):
        own = [point for point in points if style_of(point[2])["marker"] == marker]
        across, up, labels = zip(*own, strict=True) if own else ((), (), ())
        colours = [style_of(label)["color"] for label in labels]
        axes.scatter(across, up, s=SIZE, color=colours, marker=marker, linewidths=0, alpha=0.7)
    axes.set(xlabel="$z_1$", ylabel="$z_2$", aspect="equal")


def shuffled(points: Sequence[Point]) -> list[Point]:
    """In an order of chance, the same at every call."""
    return Random(0).sample(points, len(points))


def style_of(label: int) -> dict[str, Any]:
    """A colour for each of seven labels, then the same with another marker."""
    rounds, colour = divmod(label, len(COLOURS))
    return {"color": COLOURS[colour], "marker": MARKERS[rounds % len(MARKERS)]}

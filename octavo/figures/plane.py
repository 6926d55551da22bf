"""The plane that a latent variable of two dimensions spans, by label (Yang et al. 2017, Figure 3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random
from statistics import mean
from typing import Any

from octavo.figures.rows import decoder_of
from octavo.figures.studies import Studied, read_study
from octavo.figures.style import COLOURS, WIDTH, drawing

SIZE = 5
LABELS_A_LINE = 7
Point = tuple[float, float, int]
MARKERS = "osD^v"  # with seven colours, thirty-five labels that can be told apart


def plane(paths: Sequence[Path], out: Path) -> None:
    """Posterior means of held-out texts, by label, from `octavo study plane`; a large mark is the mean of its label."""
    runs = read_study(paths, "plane")
    with drawing(out, height_of(runs)) as figure:
        panels = figure.subplots(1, len(runs), squeeze=False)[0]
        for axes, run in zip(panels, runs, strict=True):
            draw_points(axes, run.found)
            axes.set_title(title_of(run), fontsize="medium")
        figure.legend(loc="outside lower center", ncols=LABELS_A_LINE, fontsize="small", markerscale=2)


def height_of(runs: Sequence[Studied]) -> float:
    """Inches that panels side by side need, both of their axes having one scale, and room for titles and labels."""
    shapes = [_extent(run.found["points"], 1) / _extent(run.found["points"], 0) for run in runs]
    return min(max(shapes) * (WIDTH - 0.6 * len(runs)) / len(runs), WIDTH) + 0.9


def _extent(points: Sequence[Point], axis: int) -> float:
    along = [point[axis] for point in points]
    return max(along) - min(along) or 1.0


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
        axes.scatter(across, up, s=SIZE, color=colours, marker=marker, linewidths=0, alpha=0.5)
    for number, (across, up) in means_of(points).items():
        axes.scatter([across], [up], s=12 * SIZE, **style_of(number), edgecolors="white", linewidths=1)
    axes.set(xlabel="$z_1$", ylabel="$z_2$", aspect="equal")


def means_of(points: Sequence[Point]) -> dict[int, tuple[float, float]]:
    """The middle of each label's points.

    >>> means_of([(0.0, 1.0, 3), (2.0, 2.0, 3)])
    {3: (1.0, 1.5)}
    """
    labels = sorted({label for _, _, label in points})
    of_label = {own: [(across, up) for across, up, label in points if label == own] for own in labels}
    return {own: (mean(across for across, _ in its), mean(up for _, up in its)) for own, its in of_label.items()}


def shuffled(points: Sequence[Point]) -> list[Point]:
    """In an order of chance, the same at every call."""
    return Random(0).sample(points, len(points))


def style_of(label: int) -> dict[str, Any]:
    """A colour for each of seven labels, then the same with another marker."""
    rounds, colour = divmod(label, len(COLOURS))
    return {"color": COLOURS[colour], "marker": MARKERS[rounds % len(MARKERS)]}

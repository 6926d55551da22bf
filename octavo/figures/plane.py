"""The plane that a latent variable of two dimensions spans, by label (Yang et al. 2017, Figure 3)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from octavo.figures.studies import read_study
from octavo.figures.style import COLOURS, drawing

HEIGHT = 4.4  # inches
MARKERS = "osD^v"  # with seven colours, thirty-five labels that can be told apart


def plane(paths: Sequence[Path], out: Path) -> None:
    """Posterior means of held-out texts, by label, from `octavo study plane`."""
    runs = read_study(paths, "plane")
    with drawing(out, HEIGHT) as figure:
        panels = figure.subplots(1, len(runs), squeeze=False)[0]
        for axes, run in zip(panels, runs, strict=True):
            for number, name in enumerate(run.found["label_names"]):
                own = [point for point in run.found["points"] if point[2] == number]
                axes.scatter(
                    [point[0] for point in own],
                    [point[1] for point in own],
                    s=5,
                    color=COLOURS[number % len(COLOURS)],
                    marker=MARKERS[number // len(COLOURS) % len(MARKERS)],
                    linewidths=0,
                    alpha=0.7,
                    label=name,
                )
            axes.set(xlabel="$z_1$", ylabel="$z_2$")
            axes.set_title(run.name, fontsize="medium")
        panels[-1].legend(loc="center left", bbox_to_anchor=(1.0, 0.5), fontsize="small", markerscale=1.5)

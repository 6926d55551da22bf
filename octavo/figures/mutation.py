"""What comes back of mutated texts: the truth, what was read, or neither (Zhang & LeCun 2018, Figure 5)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from octavo.figures.lengths import LOOKS, explain
from octavo.figures.studies import SPLITS, read_study
from octavo.figures.style import INK, drawing, label_right, line_style

HEIGHT = 2.9  # inches
PANELS = {"error_against_truth": "error against the truth", "error_against_read": "error against what was read"}


def mutation(paths: Sequence[Path], out: Path) -> None:
    """Both errors, of training's and held-out texts, by the probability of a replacement: `octavo study mutation`."""
    runs = read_study(paths, "mutation")
    with drawing(out, HEIGHT) as figure:
        panels = dict(zip(PANELS, figure.subplots(1, len(PANELS), sharey=True), strict=True))
        for name, axes in panels.items():
            for place, run in enumerate(runs):
                for split in SPLITS:
                    rows = run.found[split]
                    shares, errors = ([row[part] for row in rows] for part in ("share", name))
                    axes.plot(shares, errors, marker="o", clip_on=False, **line_style(place), **LOOKS[split])
            axes.set(xlabel="probability that a byte is replaced", xlim=(0, 1), ylim=(0, 1.02))
            axes.set_title(PANELS[name], fontsize="medium")
        diagonal = runs[0].found["test"]
        shares = [row["share"] for row in diagonal], [row["replaced"] for row in diagonal]
        panels["error_against_truth"].plot(*shares, ":", color=INK, lw=1, label="what a copier would reach")
        panels["error_against_truth"].legend(loc="lower right")
        explain(figure)
        figure.draw_without_rendering()
        last = panels["error_against_read"]
        heights = [run.found["test"][-1]["error_against_read"] for run in runs]
        label_right(last, [run.name for run in runs], heights, [line_style(place) for place in range(len(runs))])

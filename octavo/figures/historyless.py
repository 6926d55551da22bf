"""How an autoencoder learns to give windows of each length back without history (Semeniuta et al. 2017, Figure 3)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from octavo.figures.metrics import Curve, read_courses
from octavo.figures.style import drawing, line_style
from octavo.recipe import fields
from octavo.runs import stored_recipe

HEIGHT = 2.6  # inches
KINDS = {"strided": "convolutions", "lstm": "LSTMs"}


class Learnt(NamedTuple):
    """A run: the characters of its windows, what reads them, and the training's reconstruction in nats a window."""

    window: int
    reader: str
    curve: Curve


def historyless_curves(runs: Sequence[Path], out: Path) -> None:
    """A panel a length, a line a kind of network: bits per character of training against updates."""
    learnt = [_learnt(run) for run in runs]
    windows = sorted({one.window for one in learnt})
    with drawing(out, HEIGHT) as figure:
        panels = figure.subplots(1, len(windows), sharex=True, sharey=True, squeeze=False)[0]
        for axes, window in zip(panels, windows, strict=True):
            for one in (one for one in learnt if one.window == window):
                heights = [point.value / window / math.log(2) for point in one.curve]
                axes.plot([point.step for point in one.curve], heights, **_style(one), linewidth=1.6)
            axes.set_title(f"{window} characters", fontsize="medium")
            axes.set(xlabel="updates", xlim=(0, None), ylim=(0, None))
        panels[0].set_ylabel("reconstruction, bits per character")
        looks = {KINDS[one.reader]: _style(one) for one in learnt}
        lines = [panels[0].plot([], [], **style, linewidth=1.6, label=name)[0] for name, style in looks.items()]
        figure.legend(handles=lines, loc="outside upper left", ncols=len(lines))


def _learnt(run: Path) -> Learnt:
    recipe = dict(fields(stored_recipe(run if run.is_dir() else run.parent)))
    reader = recipe.get("model.reader.kind")
    if reader not in KINDS or "data.batching.window" not in recipe:
        raise ValueError(f"{run} is no autoencoder of windows, by convolutions or LSTMs: train historyless-ptb, say")
    (course,) = read_courses([run], "reconstruction")
    return Learnt(recipe["data.batching.window"], reader, course.train)


def _style(one: Learnt) -> dict[str, Any]:
    return line_style(list(KINDS).index(one.reader))

"""What a latent variable pays of a text's cost, run beside run (Yang et al. 2017, Figure 2)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import accumulate, pairwise, takewhile
from pathlib import Path
from typing import Any

from octavo.figures.rows import read_row
from octavo.figures.style import COLOURS, INK, drawing

HEIGHT = 3.2  # inches


def stacked_cost(paths: Sequence[Path], out: Path) -> None:
    """Nats a word of each row of results, the KL's part stacked on that of the reconstruction; decoders stand apart."""
    parts, names = [parts_of(path) for path in paths], names_of(paths)
    with drawing(out, HEIGHT) as figure:
        axes = figure.subplots()
        places = places_of(names)
        rest, kl = zip(*parts, strict=True)
        axes.bar(places, rest, color=COLOURS[0], width=0.7, label="reconstruction, or all of a language model's cost")
        axes.bar(places, kl, bottom=rest, color=COLOURS[1], width=0.7, label="KL")
        for place, (low, high) in zip(places, parts, strict=True):
            axes.text(place, low + high, f"{low + high:.3f}", ha="center", va="bottom", color=INK, fontsize="small")
        totals = [sum(part) for part in parts]
        margin = max(0.3 * (max(totals) - min(totals)), 0.02)
        axes.set(ylim=(min(*rest, *totals) - margin, max(totals) + margin), ylabel="nats a word (not from 0)")
        axes.set_xticks(places, names, rotation=30, ha="right", rotation_mode="anchor")
        axes.grid(axis="x", visible=False)
        axes.legend(loc="upper left")


def names_of(paths: Sequence[Path]) -> list[str]:
    """What tells the files apart, whole words of it.

    >>> names_of([Path("vae-topics-scnn-lm.json"), Path("vae-topics-scnn-vae.json")])
    ['lm', 'vae']
    """
    words = [path.stem.split("-") for path in paths]
    same = sum(1 for _ in takewhile(lambda place: len(set(place)) == 1, zip(*words, strict=False)))
    return ["-".join(one[same:] or one[-1:]) for one in words]


def places_of(names: Sequence[str]) -> list[float]:
    """A place for each bar, with half a bar's room where the first word of its name changes.

    >>> places_of(["scnn-lm", "scnn-vae", "mcnn-lm"])
    [0.0, 1.0, 2.5]
    """
    changes = [one.split("-")[0] != before.split("-")[0] for before, one in pairwise(names)]
    return list(accumulate((1.0 + 0.5 * changed for changed in changes), initial=0.0))


def parts_of(path: Path) -> tuple[float, float]:
    """A word's cost without the KL's share of it, and that share."""
    test: dict[str, Any] = read_row(path)["metrics"]["test"]
    if "perplexity" not in test:
        raise ValueError(f"{path} has no perplexity: this figure is of models of words")
    cost = math.log(test["perplexity"])
    kl = test.get("kl", 0.0)
    share = kl / (kl + test["reconstruction"]) if kl else 0.0
    return cost * (1 - share), cost * share

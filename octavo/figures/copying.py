"""The long-distance copy test: two seeds' ranks over one continuation (Al-Rfou et al. 2019, Figure 7)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from octavo.figures.studies import studied
from octavo.figures.style import COLOURS, GRID, INK, drawing

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HEIGHT = 2.4  # inches
BEFORE, AFTER = 20, 30  # how many characters around the name are shown
CURVES = {"corrupted": "the name stands before", "original": "it does not"}
# Rings around dots, and dashes over a line: where both curves have one rank, both are seen.
RINGS: dict[str, Any] = {"marker": "o", "markersize": 6.5, "markerfacecolor": "none", "linewidth": 2.2, "alpha": 0.75}
DOTS: dict[str, Any] = {"marker": "o", "markersize": 3.0, "linewidth": 1.0, "linestyle": "--"}


def copying(paths: Sequence[Path], out: Path) -> None:
    """Each character's rank after either seed, from `octavo inspect RUN --copy-test --json` or `octavo study text`."""
    if len(paths) != 1:
        raise ValueError(f"copy-test draws one test, not {len(paths)}")
    found = read_copied(paths[0])
    first, last = max(found["begin"] - BEFORE, 0), min(found["end"] + AFTER, len(found["tokens"]))
    with drawing(out, HEIGHT) as figure:
        axes = figure.subplots()
        axes.axvspan(found["begin"] - 0.5, found["end"] - 0.5, color=GRID, zorder=0)
        places = range(first, last)
        for colour, drawn, (name, label) in zip(COLOURS, (RINGS, DOTS), CURVES.items(), strict=False):
            axes.plot(places, found[name][first:last], color=colour, label=label, **drawn)
        _set_scales(axes, found["tokens"][first:last], first)
        rank, without = found["mean_rank"], found["mean_rank_without"]
        axes.set_title(
            f"mean rank of the name after its first character: {rank:.1f}, and {without:.1f} where it does not stand "
            f"{found['distance']} characters before",
            fontsize=8,
            color=INK,
            loc="left",
        )
        axes.legend(loc="upper right", ncols=2, labelcolor=list(COLOURS[:2]))


def read_copied(path: Path) -> dict[str, Any]:
    """What the copy test printed."""
    try:
        found = studied(path, "copied") or json.loads(path.read_text("utf-8"))
        assert {"tokens", "begin", "end", "distance", "mean_rank", "mean_rank_without", *CURVES} <= found.keys()
    except (ValueError, AttributeError, AssertionError):
        raise ValueError(
            f"{path} holds no copy test: octavo inspect RUN --copy-test NAME=FAKE --text FILE --json gives one"
        ) from None
    return found


def _set_scales(axes: Axes, tokens: Sequence[str], first: int) -> None:
    axes.set_yscale("log", base=2)
    axes.set(ylabel="rank of the character", xlim=(first - 0.5, first + len(tokens) - 0.5), ylim=(0.75, 300))
    axes.set_yticks([1, 4, 16, 64, 256], ["1", "4", "16", "64", "256"])
    axes.set_xticks(range(first, first + len(tokens)), [token.replace(" ", "␣") for token in tokens])
    axes.tick_params(axis="x", length=0, labelfontfamily="DejaVu Sans Mono", labelsize=7)
    axes.grid(axis="x", visible=False)

"""How far a writer's ends are from the true ones (Zhang & LeCun 2018, Figure 4)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from octavo.figures.studies import read_study
from octavo.figures.style import drawing, line_style

HEIGHT = 2.6  # inches
SEEN = 24  # bytes to either side; what is farther off stands at the edge


def end_of_text(paths: Sequence[Path], out: Path) -> None:
    """The share of held-out texts for each difference in length, from `octavo study end-of-text`."""
    runs = read_study(paths, "end-of-text")
    with drawing(out, HEIGHT) as figure:
        axes = figure.subplots()
        for place, run in enumerate(runs):
            found = run.found["test"]
            shares = clipped({int(by): count for by, count in found["differences"].items()}, found["texts"])
            label = f"{run.name}: {found['share_at_0']:.1%} at 0, {found['never'] / found['texts']:.1%} without an end"
            width = 0.8 / len(runs)
            middles = [by + (place - (len(runs) - 1) / 2) * width for by in shares]
            axes.bar(middles, list(shares.values()), width, color=line_style(place)["color"], label=label)
        axes.set(yscale="log", xlim=(-SEEN - 1, SEEN + 1))
        axes.set(
            xlabel=f"bytes too many, {SEEN} standing for that many and more",
            ylabel="share of held-out texts",
            ylim=(5e-4, 1.4),
        )
        axes.yaxis.set_major_formatter("{x:g}")
        axes.legend(loc="lower left", bbox_to_anchor=(-0.02, 1.0), borderpad=0.2)


def clipped(counts: dict[int, int], texts: int) -> dict[int, float]:
    """The shares of all texts, what is beyond the picture added to its edges.

    >>> clipped({-30: 1, -24: 1, 0: 2}, 4)
    {-24: 0.5, 0: 0.5}
    """
    shares: dict[int, float] = {}
    for by, count in counts.items():
        edge = max(-SEEN, min(by, SEEN))
        shares[edge] = shares.get(edge, 0.0) + count / texts
    return shares

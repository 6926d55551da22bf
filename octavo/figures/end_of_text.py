"""How far a writer's ends are from the true ones (Zhang & LeCun 2018, Figure 4)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from octavo.figures.studies import read_study
from octavo.figures.style import drawing, line_style

HEIGHT = 1.0  # inches of a run's panel
SEEN = 24  # bytes to either side; what is farther off stands at the edge


def end_of_text(paths: Sequence[Path], out: Path) -> None:
    """The share of held-out texts for each difference in length, a panel a run, from `octavo study end-of-text`."""
    runs = read_study(paths, "end-of-text")
    with drawing(out, 0.5 + HEIGHT * len(runs)) as figure:
        panels = figure.subplots(len(runs), 1, sharex=True, sharey=True, squeeze=False)[:, 0]
        for place, (run, axes) in enumerate(zip(runs, panels, strict=True)):
            found = run.found["test"]
            shares = clipped({int(by): count for by, count in found["differences"].items()}, found["texts"])
            axes.bar(list(shares), list(shares.values()), 0.8, color=line_style(place)["color"])
            told = f"{run.name}: {found['share_at_0']:.1%} at 0, {found['never'] / found['texts']:.1%} without an end"
            axes.set_title(told, fontsize="medium", loc="left", pad=3)
            axes.set(yscale="log", xlim=(-SEEN - 1, SEEN + 1), ylim=(5e-4, 1.4))
            axes.set_yticks([1e-3, 1e-2, 1e-1, 1])
            axes.yaxis.set_major_formatter("{x:g}")
        panels[-1].set_xlabel(f"bytes too many, {SEEN} standing for that many and more")
        figure.supylabel("share of held-out texts", fontsize="medium")


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

"""How much faster QRNN is, and where a training step's time goes (Bradbury et al. 2017, Figure 4).

B batches, L lengths.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from octavo.environment import processor
from octavo.figures.style import COLOURS, INK, drawing, two_sided

if TYPE_CHECKING:
    from matplotlib.axes import Axes

GRIDS = {
    "times_lstm_forward_fp32": "forward, fp32",
    "times_lstm_training_fp32": "training, fp32",
    "times_lstm_training_as_called": "training, each by its defaults",
}
PARTS = {"recurrent_ms": "recurrent layers", "softmax_ms": "softmax", "optimizer_ms": "optimizer"}
BARS, GRID, MARGINS = 0.24, 1.8, 0.75  # inches of a bar, of the grids, and around either
TIMES = "\N{MULTIPLICATION SIGN}"
DARK = 0.65  # of the strongest colour: from here on numbers are white

Row = dict[str, Any]


def qrnn_speed(paths: Sequence[Path], out: Path) -> None:
    """Grids of times faster than `nn.LSTM`, and a training step's parts, from what `octavo bench --json` printed."""
    bench = read_bench(paths)
    steps, grid = bench.get("lm-step", []), bench["qrnn"]
    heights = [BARS * len(steps) + MARGINS] * bool(steps) + [GRID + MARGINS]
    with drawing(out, sum(heights)) as figure:
        *top, bottom = figure.subfigures(len(heights), 1, squeeze=False, height_ratios=heights)[:, 0]
        for part in top:
            _draw_steps(part.subplots(), steps)
        strongest = max(abs(np.log(row[name])) for row in grid for name in GRIDS)
        for axes, (name, title) in zip(bottom.subplots(1, len(GRIDS), sharey=True), GRIDS.items(), strict=True):
            _draw_grid(axes, grid, name, strongest)
            axes.set_title(title, fontsize="medium")
        bottom.suptitle(f"times faster than nn.LSTM, one layer of 320 units ({machine_of(bench)})", fontsize="medium")
        bottom.supxlabel("tokens in a text", fontsize="medium")
        bottom.supylabel("texts side by side", fontsize="medium")


def read_bench(paths: Sequence[Path]) -> dict[str, Any]:
    """What one or more benches of one machine measured."""
    merged: dict[str, Any] = {}
    for path in paths:
        try:
            merged |= json.loads(path.read_text("utf-8"))
        except (ValueError, TypeError):
            raise ValueError(f"{path} is no bench: octavo bench qrnn --json prints one") from None
    if not merged.get("qrnn"):
        raise ValueError(f"{paths[0]} has no grid of QRNN's speed: octavo bench qrnn --json prints one")
    return merged


def machine_of(bench: dict[str, Any]) -> str:
    """What was measured on what, in a few words."""
    machine = bench["machine"]
    return f"{processor(machine)}, torch {machine['torch']}"


def _draw_steps(axes: Axes, steps: Sequence[Row]) -> None:
    """A bar for each layer and precision, its parts end to end, the whole beside it."""
    names = [f"{row['layer']}, {row['precision']}" for row in steps]
    begins = np.zeros(len(steps))
    for (part, label), colour in zip(PARTS.items(), COLOURS, strict=False):
        widths = np.array([row[part] for row in steps])
        axes.barh(names, widths, left=begins, height=0.7, color=colour, label=label)
        begins += widths
    for place, whole in enumerate(begins):
        axes.annotate(f"{whole:,.0f}", (whole, place), xytext=(4, 0), textcoords="offset points", va="center")
    axes.invert_yaxis()
    axes.grid(visible=False, axis="y")
    axes.tick_params(axis="y", length=0)
    axes.set(xlabel="milliseconds of a training step: two layers of 640, 20 texts of 105 of 10,000 words")
    axes.xaxis.set_major_formatter("{x:,g}")
    axes.legend(loc="lower left", bbox_to_anchor=(-0.01, 1.0), ncols=len(PARTS), borderpad=0.2)


def _draw_grid(axes: Axes, rows: Sequence[Row], name: str, strongest: float) -> None:
    """A cell for each batch and length: blue where QRNN is faster, orange where it is slower."""
    batches, lengths = (sorted({row[size] for row in rows}) for size in ("batch", "length"))
    times_BL = np.full((len(batches), len(lengths)), np.nan)
    for row in rows:
        times_BL[batches.index(row["batch"]), lengths.index(row["length"])] = row[name]
    colours = two_sided().reversed()
    axes.imshow(np.log(times_BL), cmap=colours, vmin=-strongest, vmax=strongest, aspect="auto")
    for (place, column), times in np.ndenumerate(times_BL):
        ink = "white" if abs(np.log(times)) > DARK * strongest else INK
        axes.annotate(f"{times:.1f}{TIMES}", (column, place), ha="center", va="center", color=ink, fontsize=7)
    axes.set_xticks(range(len(lengths)), [f"{length}" for length in lengths])
    axes.set_yticks(range(len(batches)), [f"{batch}" for batch in batches])
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.grid(visible=False)

"""What a model loses without each of its parts, seed by seed (Al-Rfou et al. 2019, Table 4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import mean, stdev
from typing import TYPE_CHECKING, Any

from octavo.figures.rows import read_row
from octavo.figures.style import COLOURS, GRID, INK, drawing
from octavo.recipes.transformer import ABLATIONS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WHOLE, SEED = "whole", "training.seed"
LABELS = {
    "positions": "without multiple positions",
    "layers": "without intermediate layers",
    "targets": "without multiple targets",
    "embeddings": "sinusoidal positions",
    "optimizer": "SGD without momentum",
}
LINE, HEAD = 0.24, 0.6  # inches of a part's line, and of what stands around all


def ablation(paths: Sequence[Path], out: Path) -> None:
    """Rows of results that differ in a part and in their seed: bits above the mean of those that lack nothing."""
    apart = above(parts_of(paths))
    with drawing(out, HEAD + LINE * len(apart)) as figure:
        axes = figure.subplots()
        _draw(axes, apart)
        axes.set_yticks(range(len(apart)), list(apart))
        axes.set(ylim=(len(apart) - 0.5, -0.5))
        axes.set_xlabel("bits per character above the whole's mean: a dot a seed, a bar their mean, ± their deviation")


def parts_of(paths: Sequence[Path]) -> dict[str, list[float]]:
    """Each part's bits, a value a seed, the whole first and the others by their means."""
    rows = [read_row(path) for path in paths]
    changes = [{field: value for field, value in row["overrides"].items() if field != SEED} for row in rows]
    found: dict[str, list[float]] = {}
    for path, row, changed in zip(paths, rows, changes, strict=True):
        own = dict(one for one in changed.items() if any(one not in other.items() for other in changes))
        found.setdefault(_label(own), []).append(bits_of(row, path))
    if WHOLE not in found:
        raise ValueError("none of these rows is of the whole model: every one has a change that others have not")
    return dict(sorted(found.items(), key=lambda part: (part[0] != WHOLE, -mean(part[1]))))


def _label(changed: Mapping[str, Any]) -> str:
    """What `--ablate` leaves out, by Table 4's words, or else the fields that are changed."""
    if not changed:
        return WHOLE
    for part, changes in ABLATIONS.items():
        if all(field.startswith(tuple(changes)) for field in changed):
            return LABELS[part]
    return ", ".join(f"{field.rpartition('.')[2]} = {value}".lower() for field, value in changed.items())


def bits_of(row: Mapping[str, Any], path: Path) -> float:
    """Of validation: given exactly the longest context that was measured, or else as a run's own metrics have it."""
    valid: dict[str, Any] = row["metrics"]["valid"]
    by_length = valid.get("contexts", {}).get("by_length", {})
    measured = by_length[max(by_length, key=int)] if by_length else valid
    for name in ("bits_per_character", "bits_per_byte"):
        if name in measured:
            return measured[name]
    raise ValueError(f"{path} has no bits per character")


def above(parts: Mapping[str, Sequence[float]]) -> dict[str, list[float]]:
    """Bits above the mean of the whole.

    >>> above({"whole": [1.0, 2.0], "positions": [4.0]})
    {'whole': [-0.5, 0.5], 'positions': [2.5]}
    """
    whole = mean(parts[WHOLE])
    return {name: [bits - whole for bits in values] for name, values in parts.items()}


def _said(values: Sequence[float]) -> str:
    """The mean over seeds and their standard deviation.

    >>> _said([0.5, 0.75, 1.0]), _said([0.25])
    ('+0.750 ± 0.250', '+0.250')
    """
    return f"{mean(values) + 0.0:+.3f}" + (f" ± {stdev(values):.3f}" if len(values) > 1 else "")


def _draw(axes: Axes, apart: Mapping[str, Sequence[float]]) -> None:
    whole = apart[WHOLE]
    axes.axvspan(min(whole), max(whole), color=GRID, zorder=0)
    for place, values in enumerate(apart.values()):
        colour = COLOURS[0] if place else INK
        axes.plot([mean(values)] * 2, [place - 0.3, place + 0.3], color=colour, linewidth=1.6)
        axes.plot(values, [place] * len(values), "o", color=colour, markersize=3.5, alpha=0.8)
        right = {"xycoords": ("axes fraction", "data"), "annotation_clip": False}
        axes.annotate(_said(values), (1.02, place), va="center", **right)
    axes.grid(axis="y", visible=False)

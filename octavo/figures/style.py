"""How all figures look: made for print, for colour-blind readers, and with labels beside what they name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap
    from matplotlib.figure import Figure

WIDTH = 7.0  # inches: the text of a page
# Okabe and Ito's, without the yellow, which paper swallows.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
DASHES = ("-", "--", ":")
INK, GRID = "#333333", "#E4E4E4"

STYLE: dict[str, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 8.0,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": INK,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.grid": True,
    "grid.color": GRID,
    "grid.linewidth": 0.6,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "lines.solid_capstyle": "round",
    "lines.solid_joinstyle": "round",
    "legend.frameon": False,
    "figure.dpi": 72,  # a pixel is a point: sizes compare with the font's
    "savefig.dpi": 300,
    "pdf.fonttype": 42,
    "svg.fonttype": "none",
}


@contextmanager
def drawing(out: Path, height: float, width: float = WIDTH) -> Iterator[Figure]:
    """A blank figure in the house's style, sizes in inches; what was drawn on it is then saved."""
    try:
        from matplotlib import rc_context
        from matplotlib.figure import Figure
    except ImportError:
        raise ValueError(f"{out}: figures need the matplotlib package: pip install 'octavo[plot]'") from None

    with rc_context(STYLE):
        figure = Figure(figsize=(width, height), layout="constrained")
        yield figure
        out.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(out)


def two_sided() -> Colormap:
    """Colours for what is below and above nothing: the first two of COLOURS, white between them."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("two sided", [COLOURS[0], "white", COLOURS[1]])


def line_style(place: int) -> dict[str, Any]:
    """A colour for each of seven lines, then the same colours dashed."""
    rounds, colour = divmod(place, len(COLOURS))
    return {"color": COLOURS[colour], "linestyle": DASHES[rounds % len(DASHES)]}


def label_right(axes: Axes, labels: Sequence[str], heights: Sequence[float], styles: Sequence[dict[str, Any]]) -> None:
    """Names beside the right edge, each in its line's colour, as near its height as the others let it be."""
    size = STYLE["font.size"]
    low, high = axes.get_ylim()
    places = apart([(height - low) / (high - low) for height in heights], gap=1.3 * size / axes.bbox.height)
    for label, place, style in zip(labels, places, styles, strict=True):
        axes.annotate(
            label,
            (1.0, place),
            xycoords="axes fraction",
            xytext=(5, 0),
            textcoords="offset points",
            va="center",
            color=style["color"],
            annotation_clip=False,
        )


def apart(places: Sequence[float], gap: float) -> list[float]:
    """Places in [0, 1], moved as little as needed, in their order, so that neighbours are `gap` apart.

    Those that would collide gather around their mean.

    >>> apart([0.5, 0.5, 0.875], gap=0.25), apart([0.0, 0.0], gap=0.25)
    ([0.375, 0.625, 0.875], [0.0, 0.25])
    """
    groups: list[list[int]] = []
    for index in sorted(range(len(places)), key=lambda index: places[index]):
        groups.append([index])
        while len(groups) > 1 and _collide(groups[-2], groups[-1], places, gap):
            last = groups.pop()
            groups[-1] += last
    moved = {index: _bottom(group, places, gap) + rank * gap for group in groups for rank, index in enumerate(group)}
    return [moved[index] for index in range(len(places))]


def _collide(lower: list[int], upper: list[int], places: Sequence[float], gap: float) -> bool:
    return _bottom(upper, places, gap) < _bottom(lower, places, gap) + gap * len(lower)


def _bottom(group: list[int], places: Sequence[float], gap: float) -> float:
    """Where a group's lowest stands: its mean in the middle, but inside [0, 1] as far as there is room."""
    height = gap * (len(group) - 1)
    middle = sum(places[index] for index in group) / len(group)
    return max(0.0, min(middle - height / 2, 1.0 - height))

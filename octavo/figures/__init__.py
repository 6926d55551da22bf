"""Figures, drawn from JSON alone: `FIGURES[name](runs, out)`."""

from collections.abc import Callable, Sequence
from pathlib import Path

from octavo.figures.learning import learning

FIGURES: dict[str, Callable[[Sequence[Path], Path], None]] = {
    "learning": learning,
}

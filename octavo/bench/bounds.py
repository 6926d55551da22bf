"""What a machine's own ceilings leave possible, where a bar is missed for them: figures of the same run."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

Rows = Sequence[Mapping[str, Any]]
Bound = Callable[[Rows, Rows, str], float | None]  # of a bench's rows, of those that a bar is of, and of its measure


def unknown(rows: Rows, own: Rows, measure: str) -> None:
    """Nothing that was measured says what could be reached."""


def of_arithmetic(rows: Rows, own: Rows, measure: str) -> float | None:
    """The recurrence's least share of a copy, did each shape take no longer an element than the fastest one."""
    speed = measure.replace("share_of_copy", "ns_per_element")
    fastest = min((row[speed] for row in own), default=None)
    return None if fastest is None else min(row[measure] * row[speed] / fastest for row in own)


def of_share(share: str) -> Bound:
    """A figure of a row, were its share of a ceiling the whole."""
    return lambda rows, own, measure: min((row[measure] / row[share] for row in own if share in row), default=None)


def of_parts(*what: str) -> Bound:
    """The sum of what a figure can't do without."""

    def bound(rows: Rows, own: Rows, measure: str) -> float | None:
        parts = [row[measure] for one in what for row in rows if row.get("what") == one]
        return sum(parts) if len(parts) == len(what) else None

    return bound


def of_figure(name: str) -> Bound:
    """A figure that was measured as a bound."""
    return lambda rows, own, measure: next((row[name] for row in rows if name in row), None)

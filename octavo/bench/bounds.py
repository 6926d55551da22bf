"""What a machine's own ceilings leave possible, where a bar is missed for them: figures of the same run."""

from collections.abc import Callable, Mapping
from typing import Any

Bench = Mapping[str, Any]
Bound = Callable[[Bench], float | None]


def unknown(bench: Bench) -> None:
    """Nothing that was measured says what could be reached."""


def of_arithmetic(direction: str) -> Bound:
    """The recurrence's least share of a copy, did each shape take no longer an element than the fastest one."""

    def bound(bench: Bench) -> float | None:
        speed, share = f"{direction}_ns_per_element", f"{direction}_share_of_copy"
        held = [row for row in bench["recurrence"] if share in row]
        fastest = min((row[speed] for row in held), default=None)
        return None if fastest is None else min(row[share] * row[speed] / fastest for row in held)

    return bound


def of_share(name: str, measure: str, share: str, **where: Any) -> Bound:
    """A figure of a row, were its share of a ceiling the whole."""

    def bound(bench: Bench) -> float | None:
        rows = [row for row in _rows(bench, name, **where) if share in row]
        return min(row[measure] / row[share] for row in rows) if rows else None

    return bound


def of_parts(name: str, measure: str, *what: str) -> Bound:
    """The sum of what a figure can't do without."""

    def bound(bench: Bench) -> float | None:
        parts = [row[measure] for one in what for row in _rows(bench, name, what=one)]
        return sum(parts) if len(parts) == len(what) else None

    return bound


def of_figure(name: str, measure: str) -> Bound:
    """A figure that was measured as a bound."""
    return lambda bench: next((row[measure] for row in bench[name] if measure in row), None)


def _rows(bench: Bench, name: str, **where: Any) -> list[Mapping[str, Any]]:
    return [row for row in bench[name] if where.items() <= row.items()]

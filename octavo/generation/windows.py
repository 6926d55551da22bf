"""What a writer of bounded sight does with a text that is longer: roll, drop half, or recompute every token."""

from collections.abc import Sequence
from typing import Literal

from octavo.interfaces import Writer
from octavo.writers.sliding import SlidingWriter, at_any_length

# roll: the oldest token leaves the state, as a banded mask would have it; for writers whose positions are relative.
# half: once the context is full, the older half is dropped and the other read again.
# exact: every token is computed from the newest `context` alone, read again for each.
Window = Literal["roll", "half", "exact"]


def windowed(writer: Writer, window: Window | None = None) -> Writer:
    """The writer for texts of any length; without a choice it rolls if it can, and drops half if it cannot."""
    if writer.context is None:
        if window in ("half", "exact"):
            raise ValueError(f"window {window!r}: this run's writer sees all that was before, so there is none to move")
        return writer
    if window == "roll" and not writer.rolls:
        raise ValueError("window 'roll': this run's writer has learned its positions one by one: choose half or exact")
    if window == "exact":
        return SlidingWriter(writer, writer.context - 1)
    return SlidingWriter(writer, writer.context // 2) if window == "half" else at_any_length(writer)


def in_sight(writer: Writer, inputs: Sequence[int], room: int = 0) -> list[int]:
    """Of a prompt, what a windowed writer can see when it goes on from there, with room for so many more tokens."""
    return list(inputs[-max(writer.size - room, 1) :] if isinstance(writer, SlidingWriter) else inputs)

"""What came back of texts that went through a vector: wrong positions, whole texts, valid text.

L length.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np

from octavo.interfaces import Mean

Decode = Callable[[Sequence[int]], bytes]  # ids to the bytes that they stand for


class Reconstruction(NamedTuple):
    """A text's ids, its end among them, and the ids written for it, which may go on after an end of their own."""

    truth_L: np.ndarray
    made_L: np.ndarray


def wrong(one: Reconstruction) -> np.ndarray:
    """For each true position, the end's among them, whether something else stands there, or nothing.

    >>> wrong(Reconstruction(np.array([7, 8, 9, 0]), np.array([7, 9, 0])))
    array([False,  True,  True,  True])
    """
    length = min(len(one.truth_L), len(one.made_L))
    wrong_L = np.ones(len(one.truth_L), bool)
    wrong_L[:length] = one.made_L[:length] != one.truth_L[:length]
    return wrong_L


def before_end(ids: Sequence[int] | np.ndarray, end: int | None) -> list[int]:
    """The ids up to the first end: what follows it was written, but is not the text.

    >>> before_end([7, 8, 0, 9, 0], end=0)
    [7, 8]
    """
    ids = [int(one) for one in ids]
    return ids[: ids.index(end)] if end in ids else ids


def totals(reconstructions: Iterable[Reconstruction], end: int | None, decode: Decode, unit: str) -> dict[str, Mean]:
    """The shares of wrong positions, of texts without one, and of texts that are valid UTF-8."""
    errors, exact, valid = Mean(0, 0), Mean(0, 0), Mean(0, 0)
    for one in reconstructions:
        wrong_L = wrong(one)
        errors += Mean(int(wrong_L.sum()), len(wrong_L))
        exact += Mean(int(not wrong_L.any()), 1)
        valid += Mean(int(is_text(decode(before_end(one.made_L, end)))), 1)
    return {f"{unit}_error": errors, "exact": exact, "valid_utf8": valid}


def is_text(spoken: bytes) -> bool:
    """Whether bytes are valid UTF-8."""
    try:
        spoken.decode()
    except UnicodeDecodeError:
        return False
    return True

"""How much of a written text another has: whether it was made up or remembered."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

SPAN = 5  # characters: about a word


class Nearest(NamedTuple):
    """The text most like another, and how much of their spans of five characters both have, 1 being all."""

    text: str
    overlap: float


def spans(text: str) -> frozenset[str]:
    """Every stretch of SPAN characters, spaces counting as one; of a shorter text, itself."""
    plain = " ".join(text.split())
    return frozenset(plain[begin : begin + SPAN] for begin in range(max(1, len(plain) - SPAN + 1)))


def overlap(one: frozenset[str], other: frozenset[str]) -> float:
    """2 |A ∩ B| / (|A| + |B|) (Dice 1945).

    >>> overlap(spans("the cat sat"), spans("the  cat sat")), overlap(spans("the cat"), spans("a dog"))
    (1.0, 0.0)
    """
    return 2 * len(one & other) / (len(one) + len(other))


def nearest(written: Sequence[str], texts: Iterable[str]) -> list[Nearest]:
    """The likest of many texts to each one written, in one pass that keeps none of them."""
    own = [spans(text) for text in written]
    found = [Nearest("", 0.0)] * len(written)
    for text in texts:
        theirs = spans(text)
        for place, mine in enumerate(own):
            share = overlap(mine, theirs)
            if share > found[place].overlap:
                found[place] = Nearest(text, share)
    return found

"""What a model thinks at each token of a text: entropy, loss, rank. Shapes: L length, V vocabulary."""

import math
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from torch import Tensor

BYTE = re.compile(r"\\x([0-9a-f]{2})")  # how a byte is spoken that is no character by itself
LONGEST = 4  # bytes of a character


class Thought(NamedTuple):
    """At one token: the entropy of what was expected and the cost of what came, in bits, and its rank from 1."""

    token: str
    entropy: float
    loss: float
    rank: int


def thoughts(logits_LV: Tensor, tokens_L: Tensor, spoken: list[str]) -> list[Thought]:
    """One for each token; ties are ranked in the token's favour."""
    log_LV = logits_LV.float().log_softmax(-1) / math.log(2)
    entropy_L = -(log_LV.exp2() * log_LV).nan_to_num().sum(-1)
    truth_L1 = log_LV.gather(1, tokens_L[:, None])
    rank_L = (log_LV > truth_L1).sum(-1) + 1
    rows = zip(spoken, entropy_L.tolist(), (-truth_L1[:, 0]).tolist(), rank_L.tolist(), strict=True)
    return [Thought(*row) for row in rows]


def by_character(found: Sequence[Thought]) -> Iterator[Thought]:
    """Bytes that make one character together as one: entropy and loss are their sums, the rank is their worst.

    >>> [*by_character([Thought("\\\\xc3", 1.0, 2.0, 3), Thought("\\\\xb6", 0.5, 0.5, 1)])]
    [Thought(token='ö', entropy=1.5, loss=2.5, rank=3)]
    """
    place = 0
    while place < len(found):
        spoken, size = next(_characters_at(found, place), (found[place].token, 1))
        together = found[place : place + size]
        entropy, loss = sum(one.entropy for one in together), sum(one.loss for one in together)
        yield Thought(spoken, entropy, loss, max(one.rank for one in together))
        place += size


def _characters_at(found: Sequence[Thought], place: int) -> Iterator[tuple[str, int]]:
    """The character that bytes from here on are, and how many they are."""
    spoken = b""
    for size in range(1, LONGEST + 1):
        byte = BYTE.fullmatch(found[place + size - 1].token) if place + size <= len(found) else None
        if byte is None:
            return
        spoken += bytes.fromhex(byte[1])
        try:
            yield spoken.decode(), size
        except UnicodeDecodeError:
            continue

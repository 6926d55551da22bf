"""Texts drawn at random, those of a batch of one level: their padded length is the same.

N documents, L length, B batch.
"""

from collections.abc import Callable
from typing import Annotated, Literal

import numpy as np
import torch
from pydantic import PositiveInt

from octavo.config import Tiny, config
from octavo.data.store import Store
from octavo.interfaces import Alphabet, Batch

BEFORE = 4  # ids: what shows where those at a stretch's edge begin
Inside = Callable[[np.ndarray], np.ndarray]  # ids to True where one goes on with what the one before it began


def anywhere(ids: np.ndarray) -> np.ndarray:
    """Of a text whose ids are each on its own."""
    return np.zeros(len(ids), bool)


@config
class SamplesConfig:
    """Each batch takes a level with the share of documents that it has, and draws documents of that level.

    A level holds the lengths from above positions · 2^(k-1), the end included, up to positions · 2^k. Of a document of
    more than `longest` tokens training reads a random stretch, between whole characters; evaluation leaves it out.
    """

    kind: Literal["samples"] = "samples"
    batch: Annotated[PositiveInt, Tiny(4)] = 32
    longest: Annotated[PositiveInt, Tiny(32)] = 1024
    positions: PositiveInt = 4


class Samples:
    """Drawn with replacement from (seed, step) alone; an epoch is as many documents as there are.

    The gradient stays that of a document drawn from all, whatever a level's batches hold.
    """

    def __init__(self, store: Store, config: SamplesConfig, alphabet: Alphabet, seed: int, inside: Inside) -> None:
        self.store, self.config, self.alphabet, self.seed, self.inside = store, config, alphabet, seed, inside
        self.smallest_batch = config.batch
        self.steps_per_epoch = -(-len(store) // config.batch)
        lengths_N = np.diff(store.offsets)
        levels_N = levels_of(np.minimum(lengths_N, config.longest), config.positions)
        self.order_N = np.argsort(levels_N, kind="stable").astype(np.int32)
        self.histogram = np.bincount(levels_N)
        self.edges = np.concatenate([[0], np.cumsum(self.histogram)])
        long = int((lengths_N > config.longest).sum())
        self.counts = {f"longer than {config.longest} tokens: random stretches of them": long} if long else {}

    def batch(self, step: int, columns: slice) -> Batch:
        chance = np.random.default_rng([self.seed, step])
        level = int(np.searchsorted(self.edges, chance.integers(len(self.store)), side="right")) - 1
        documents_B = self.order_N[chance.integers(self.edges[level], self.edges[level + 1], size=self.config.batch)]
        shares_B = chance.random(self.config.batch)
        chosen = zip(documents_B[columns].tolist(), shares_B[columns].tolist(), strict=True)
        texts = [self._text(document, share) for document, share in chosen]
        lengths_B = torch.tensor([len(text) for text in texts])
        tokens_LB = torch.full((int(lengths_B.max()), len(texts)), self.alphabet.begin)
        for column, text in enumerate(texts):
            tokens_LB[: len(text), column] = torch.from_numpy(text.astype(np.int64))
        begins_B = torch.full_like(lengths_B, self.alphabet.begin)
        return Batch(tokens_LB, lengths_B, begins_B, documents_B=torch.from_numpy(documents_B[columns]))

    def _text(self, document: int, share: float) -> np.ndarray:
        """The document or, of a long one, the stretch that begins at this share of the places where one may."""
        ids_L = self.store.document(document)
        longest = self.config.longest
        if len(ids_L) <= longest:
            return ids_L
        start = int(share * (len(ids_L) - longest + 1))
        return stretch(ids_L, start, longest, self.inside)


def stretch(ids_L: np.ndarray, start: int, longest: int, inside: Inside) -> np.ndarray:
    """At most `longest` ids from about a place on, the whole's end as the last, between characters where there are any.

    >>> stretch(np.array([7, 8, 9, 7, 8, 9, 0]), 1, 6, lambda ids_L: ids_L > 7)
    array([7, 8, 9, 0])
    """
    begin, stop = max(0, start - BEFORE), start + longest - 1
    free = begin + np.flatnonzero(~inside(ids_L[begin : stop + 1]))
    first, last = free[free >= start].min(initial=stop), free.max(initial=start)
    if first >= last:
        first, last = start, stop
    return np.append(ids_L[first:last], ids_L[-1])


def histogram(store: Store, longest: int | None) -> tuple[int, ...]:
    """How many documents, cut at `longest` tokens, have up to 1, 2, 4, 8 … of them and more than half as many."""
    lengths_N = np.diff(store.offsets)
    lengths_N = lengths_N if longest is None else np.minimum(lengths_N, longest)
    return tuple(np.bincount(levels_of(lengths_N, 1)).tolist())


def levels_of(lengths_N: np.ndarray, positions: int) -> np.ndarray:
    """How often texts of so many tokens are halved until so many positions are left.

    >>> levels_of(np.array([1, 4, 5, 8, 9, 1024]), 4).tolist()
    [0, 0, 1, 1, 2, 8]
    """
    blocks_N = np.maximum(1, -(-lengths_N // positions))
    return np.ceil(np.log2(blocks_N)).astype(np.int64)

"""Batches of whole documents, or of pairs of them, in a shuffled order that needs no memory of its own.

L length, B batch.
"""

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Annotated, Literal

import numpy as np
import torch
from pydantic import Field, PositiveInt

from octavo.config import Tiny, config
from octavo.data.permutation import permute
from octavo.data.store import Store
from octavo.data.streams import gather
from octavo.interfaces import Alphabet, Batch

BLOCK = 1 << 20  # documents whose lengths are looked at in one go
TOKENS = 1 << 15  # side by side in a look without gradients


@config
class DocumentsConfig:
    """Batches of documents of like length.

    The shuffled documents are taken `bucket` batches at a time, sorted by length and cut into batches, which are
    shuffled again. A document of more than `longest` tokens, its end included, is cut there, or dropped.

    With `labels`, training uses the labels of so many documents alone, chosen evenly among the classes by
    `labels_seed`, of those that are not dropped; without a number, of all that have one. Batches are then of these, or,
    if `unlabelled`, of these and of as many among all documents, whose labels are hidden.
    """

    kind: Literal["documents"] = "documents"
    batch: Annotated[PositiveInt, Tiny(4)] = 32
    longest: Annotated[PositiveInt | None, Tiny(32)] = 1024
    too_long: Literal["cut", "drop"] = "cut"
    bucket: Annotated[PositiveInt, Tiny(2)] = 50
    labels: Annotated[PositiveInt | None, Tiny(20)] = None  # one for each class, of as many as a known corpus has
    labels_seed: Annotated[int, Field(ge=0)] = 1
    unlabelled: bool = False


@config
class PairsConfig:
    """Documents that are each written from another, their source; both keep to `longest`."""

    kind: Literal["pairs"] = "pairs"
    batch: Annotated[PositiveInt, Tiny(4)] = 32
    longest: Annotated[PositiveInt | None, Tiny(32)] = 256
    too_long: Literal["cut", "drop"] = "cut"
    bucket: Annotated[PositiveInt, Tiny(2)] = 50


class Documents:
    """n documents make ⌈n / B⌉ batches; where B does not divide n, some are smaller by one, and none is tiny."""

    def __init__(
        self,
        store: Store,
        config: DocumentsConfig | PairsConfig,
        alphabet: Alphabet,
        seed: int | None,
        among: np.ndarray | None = None,
    ) -> None:
        """Without a seed the documents keep their order, but for the sorting; `among` numbers those to take, or all."""
        self.store, self.config, self.alphabet, self.seed = store, config, alphabet, seed
        self.sides = [store]
        if config.kind == "pairs":
            if store.other is None:
                raise ValueError("batches of pairs need a text with another side: name its column in files.other")
            self.sides.append(store.other)
        self.kept, self.counts = self._sift()
        if among is not None:
            self.kept = among if self.kept is None else np.intersect1d(among, self.kept)
        self.steps_per_epoch = -(-self.size // config.batch)
        self.smallest_batch = self.size // self.steps_per_epoch
        self._chunk: tuple[tuple[int, int], list[np.ndarray]] | None = None

    def batch(self, step: int, columns: slice) -> Batch:
        return self._batch_of(self._documents_of(step)[columns])

    def in_windows(self, step: int, window: int | None) -> Iterator[Batch]:
        """A step's documents, in as many batches as it takes to hold few tokens; where long, in windows."""
        documents_B = self._documents_of(step)
        lengths_B = np.max([self._lengths(side, documents_B) for side in self.sides], axis=0)
        for some in side_by_side(lengths_B.tolist(), len(documents_B), window):
            longest = int(lengths_B[some].max())
            for begin in range(0, longest, window or longest):
                yield self._batch_of(documents_B[some], begin, window)

    def _documents_of(self, step: int) -> np.ndarray:
        epoch, index = divmod(step, self.steps_per_epoch)
        chunk, place = divmod(index, self.config.bucket)
        if self._chunk is None or self._chunk[0] != (epoch, chunk):
            self._chunk = (epoch, chunk), self._batches_of(epoch, chunk)
        return self._chunk[1][place]

    def _batches_of(self, epoch: int, chunk: int) -> list[np.ndarray]:
        """The documents of each batch of a chunk."""
        steps = np.arange(chunk * self.config.bucket, min((chunk + 1) * self.config.bucket, self.steps_per_epoch) + 1)
        edges = steps * self.size // self.steps_per_epoch
        places_N = np.arange(edges[0], edges[-1])
        shuffled_N = places_N if self.seed is None else permute(places_N, self.size, self.seed, epoch)
        documents_N = shuffled_N if self.kept is None else self.kept[shuffled_N]
        sorted_N = documents_N[np.lexsort([self._lengths(side, documents_N) for side in reversed(self.sides)])]
        batches = np.split(sorted_N, edges[1:-1] - edges[0])
        if self.seed is None:
            return batches
        return [batches[i] for i in permute(np.arange(len(batches)), len(batches), self.seed, epoch, chunk)]

    def _batch_of(self, documents_B: np.ndarray, begin: int = 0, window: int | None = None) -> Batch:
        source = self._side(self.sides[1], documents_B, 0, None) if len(self.sides) > 1 else None
        labels = self.store.labels
        return dataclasses.replace(
            self._side(self.store, documents_B, begin, window),
            documents_B=torch.tensor(documents_B),
            labels_B=None if labels is None else torch.from_numpy(labels[documents_B].astype(np.int64)),
            source=source,
        )

    def _side(self, store: Store, documents_B: np.ndarray, begin: int, window: int | None) -> Batch:
        lengths_B = np.clip(self._lengths(store, documents_B) - begin, 0, window)
        starts_B = store.offsets[documents_B] + begin
        previous_B = np.full(documents_B.shape, self.alphabet.begin)
        if begin:
            previous_B[lengths_B > 0] = store.tokens[starts_B[lengths_B > 0] - 1]
        return Batch(
            tokens_LB=gather(store, self.alphabet, starts_B, lengths_B),
            lengths_B=torch.from_numpy(lengths_B),
            previous_B=torch.from_numpy(previous_B),
            continues=begin > 0,
        )

    def _lengths(self, side: Store, documents_N: np.ndarray) -> np.ndarray:
        lengths_N = side.offsets[documents_N + 1] - side.offsets[documents_N]
        return lengths_N if self.config.longest is None else np.minimum(lengths_N, self.config.longest)

    @property
    def size(self) -> int:
        return len(self.store) if self.kept is None else len(self.kept)

    def _sift(self) -> tuple[np.ndarray | None, dict[str, int]]:
        """Which documents are kept, None being all, and how many were cut or dropped."""
        too_long = self._too_long()
        count = int(too_long.sum())
        if not count:
            return None, {}
        if self.config.too_long == "cut":
            return None, {f"cut to {self.config.longest} tokens": count}
        if count == len(self.store):
            raise ValueError(f"every document has more than longest = {self.config.longest} tokens: raise it, or cut")
        return np.flatnonzero(~too_long), {f"longer than {self.config.longest} tokens": count}

    def _too_long(self) -> np.ndarray:
        too_long_N = np.zeros(len(self.store), bool)
        if self.config.longest is None:
            return too_long_N
        for side in self.sides:
            for begin in range(0, len(side), BLOCK):
                lengths_N = np.diff(side.offsets[begin : begin + BLOCK + 1])
                too_long_N[begin : begin + BLOCK] |= lengths_N > self.config.longest
        return too_long_N


def documents_in_order(
    store: Store,
    config: DocumentsConfig | PairsConfig,
    alphabet: Alphabet,
    window: int | None,
    among: np.ndarray | None = None,
) -> Iterator[Batch]:
    """Every document once, or `among` them some, sorted by length in chunks; long ones in windows, if one is given."""
    documents = Documents(store, config, alphabet, None, among)
    for step in range(documents.steps_per_epoch):
        yield from documents.in_windows(step, window)


def side_by_side(lengths: Sequence[int], rows: int, window: int | None = None) -> Iterator[slice]:
    """Cuts into batches of at most so many rows, and of TOKENS tokens with what fills up a row; one text may have more.

    >>> list(side_by_side([1, 1, TOKENS // 2, TOKENS // 2, TOKENS * 9], rows=3))
    [slice(0, 2, None), slice(2, 4, None), slice(4, 5, None)]
    """
    begin = longest = 0
    for place, length in enumerate(lengths):
        longest = max(longest, min(length, window or length))
        if place > begin and (place - begin == rows or (place + 1 - begin) * longest > TOKENS):
            yield slice(begin, place)
            begin, longest = place, min(length, window or length)
    if begin < len(lengths):
        yield slice(begin, len(lengths))

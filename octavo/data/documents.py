"""Batches of whole documents, or of pairs of them, in a shuffled order that needs no memory of its own.

L length, B batch.
"""

import dataclasses
from collections.abc import Iterator
from typing import Annotated, Literal

import numpy as np
import torch
from pydantic import PositiveInt

from octavo.config import Tiny, config
from octavo.data.permutation import permute
from octavo.data.store import Store
from octavo.data.streams import gather
from octavo.interfaces import Alphabet, Batch

BLOCK = 1 << 20  # documents whose lengths are looked at in one go


@config
class DocumentsConfig:
    """Batches of documents of like length.

    The shuffled documents are taken `bucket` batches at a time, sorted by length and cut into batches, which are
    shuffled again. A document of more than `longest` tokens, its end included, is cut there, or dropped.
    """

    kind: Literal["documents"] = "documents"
    batch: Annotated[PositiveInt, Tiny(4)] = 32
    longest: Annotated[PositiveInt | None, Tiny(32)] = 1024
    too_long: Literal["cut", "drop"] = "cut"
    bucket: Annotated[PositiveInt, Tiny(2)] = 50


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
        self, store: Store, config: DocumentsConfig | PairsConfig, alphabet: Alphabet, seed: int | None
    ) -> None:
        """Without a seed the documents keep their order, but for the sorting."""
        self.store, self.config, self.alphabet, self.seed = store, config, alphabet, seed
        self.sides = [store]
        if config.kind == "pairs":
            if store.other is None:
                raise ValueError("batches of pairs need a text with another side: name its column in files.other")
            self.sides.append(store.other)
        self.kept, self.counts = self._sift()
        self.steps_per_epoch = -(-self._size // config.batch)
        self.smallest_batch = self._size // self.steps_per_epoch
        self._chunk: tuple[tuple[int, int], list[np.ndarray]] | None = None

    def batch(self, step: int, columns: slice) -> Batch:
        epoch, index = divmod(step, self.steps_per_epoch)
        chunk, place = divmod(index, self.config.bucket)
        if self._chunk is None or self._chunk[0] != (epoch, chunk):
            self._chunk = (epoch, chunk), self._batches_of(epoch, chunk)
        return self._batch_of(self._chunk[1][place][columns])

    def _batches_of(self, epoch: int, chunk: int) -> list[np.ndarray]:
        """The documents of each batch of a chunk."""
        steps = np.arange(chunk * self.config.bucket, min((chunk + 1) * self.config.bucket, self.steps_per_epoch) + 1)
        edges = steps * self._size // self.steps_per_epoch
        places_N = np.arange(edges[0], edges[-1])
        shuffled_N = places_N if self.seed is None else permute(places_N, self._size, self.seed, epoch)
        documents_N = shuffled_N if self.kept is None else self.kept[shuffled_N]
        sorted_N = documents_N[np.lexsort([self._lengths(side, documents_N) for side in reversed(self.sides)])]
        batches = np.split(sorted_N, edges[1:-1] - edges[0])
        if self.seed is None:
            return batches
        return [batches[i] for i in permute(np.arange(len(batches)), len(batches), self.seed, epoch, chunk)]

    def _batch_of(self, documents_B: np.ndarray) -> Batch:
        source = self._side(self.sides[1], documents_B) if len(self.sides) > 1 else None
        labels = self.store.labels
        return dataclasses.replace(
            self._side(self.store, documents_B),
            documents_B=torch.tensor(documents_B),
            labels_B=None if labels is None else torch.from_numpy(labels[documents_B].astype(np.int64)),
            source=source,
        )

    def _side(self, store: Store, documents_B: np.ndarray) -> Batch:
        lengths_B = self._lengths(store, documents_B)
        return Batch(
            tokens_LB=gather(store, self.alphabet, store.offsets[documents_B], lengths_B),
            lengths_B=torch.from_numpy(lengths_B),
            previous_B=torch.full(documents_B.shape, self.alphabet.begin),
        )

    def _lengths(self, side: Store, documents_N: np.ndarray) -> np.ndarray:
        lengths_N = side.offsets[documents_N + 1] - side.offsets[documents_N]
        return lengths_N if self.config.longest is None else np.minimum(lengths_N, self.config.longest)

    @property
    def _size(self) -> int:
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


def documents_in_order(store: Store, config: DocumentsConfig | PairsConfig, alphabet: Alphabet) -> Iterator[Batch]:
    """Every document once, sorted by length inside chunks."""
    documents = Documents(store, config, alphabet, seed=None)
    for step in range(documents.steps_per_epoch):
        yield documents.batch(step, slice(None))

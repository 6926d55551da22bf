"""Batches from running text: rows that go on from window to window, and windows at random places.

L length, B batch.
"""

from collections.abc import Iterator
from typing import Annotated, Literal

import numpy as np
import torch
from pydantic import PositiveInt

from octavo.config import Tiny, config
from octavo.data.store import Store
from octavo.interfaces import Alphabet, Batch


@config
class StreamConfig:
    """The text cut into `batch` rows, read side by side, a window of tokens at a time, state carried along."""

    kind: Literal["stream"] = "stream"
    batch: Annotated[PositiveInt, Tiny(4)] = 32
    window: Annotated[PositiveInt, Tiny(16)] = 128


@config
class WindowsConfig:
    """Windows at random places, without an end; an epoch is as many tokens as the text has.

    With `apart` each is a text of its own: what stood before it in the whole is hidden, in evaluation too.
    """

    kind: Literal["windows"] = "windows"
    batch: Annotated[PositiveInt, Tiny(4)] = 32
    window: Annotated[PositiveInt, Tiny(16)] = 128
    apart: bool = False


class Stream:
    """Row r of B holds the r-th stretch of the text; fewer than B tokens at its end are left over."""

    def __init__(self, store: Store, config: StreamConfig, alphabet: Alphabet) -> None:
        self.store, self.config, self.alphabet = store, config, alphabet
        self.smallest_batch = config.batch
        self.row_length = len(store.tokens) // config.batch
        if not self.row_length:
            tokens = len(store.tokens)
            raise ValueError(f"a text of {tokens} tokens has no {config.batch} rows: take a batch of at most {tokens}")
        self.steps_per_epoch = -(-self.row_length // config.window)

    def batch(self, step: int, columns: slice) -> Batch:
        begin = step % self.steps_per_epoch * self.config.window
        length = min(self.config.window, self.row_length - begin)
        starts_B = (np.arange(self.config.batch) * self.row_length + begin)[columns]
        return windows_at(self.store, self.alphabet, starts_B, np.full_like(starts_B, length), continues=begin > 0)


class Windows:
    """Places drawn from (seed, step) alone."""

    def __init__(self, store: Store, config: WindowsConfig, alphabet: Alphabet, seed: int) -> None:
        self.store, self.config, self.alphabet, self.seed = store, config, alphabet, seed
        self.smallest_batch = config.batch
        self.length = min(config.window, len(store.tokens))
        self.steps_per_epoch = -(-len(store.tokens) // (config.batch * self.length))

    def batch(self, step: int, columns: slice) -> Batch:
        places = len(self.store.tokens) - self.length + 1
        starts_B = np.random.default_rng([self.seed, step]).integers(places, size=self.config.batch)[columns]
        lengths_B = np.full_like(starts_B, self.length)
        return windows_at(self.store, self.alphabet, starts_B, lengths_B, continues=False, apart=self.config.apart)


def stream_in_order(store: Store, window: int, alphabet: Alphabet, rows: int) -> Iterator[Batch]:
    """Every token once: rows' lengths differ by one at most, so that the last window may hold nothing of some."""
    rows = min(rows, len(store.tokens))
    edges = np.arange(rows + 1) * len(store.tokens) // rows
    starts_B, ends_B = edges[:-1], edges[1:]
    for begin in range(0, int((ends_B - starts_B).max()), window):
        lengths_B = np.minimum(ends_B - starts_B - begin, window)
        yield windows_at(store, alphabet, starts_B + begin, lengths_B, continues=begin > 0)


def apart_in_order(
    store: Store, window: int, alphabet: Alphabet, rows: int, among: np.ndarray | None = None
) -> Iterator[Batch]:
    """Every token once, in windows that know nothing of one another, the last maybe shorter; or those `among` some."""
    starts_N = np.arange(0, len(store.tokens), window)
    starts_N = starts_N if among is None else starts_N[among]
    for starts_B in np.split(starts_N, range(rows, len(starts_N), rows)):
        lengths_B = np.minimum(len(store.tokens) - starts_B, window)
        yield windows_at(store, alphabet, starts_B, lengths_B, continues=False, apart=True)


def windows_at(
    store: Store,
    alphabet: Alphabet,
    starts_B: np.ndarray,
    lengths_B: np.ndarray,
    continues: bool = False,
    apart: bool = False,
) -> Batch:
    """Windows of the flat text, numbered by their first token's place."""
    previous_B = np.where((starts_B > 0) & (not apart), store.tokens[starts_B - 1], alphabet.begin)
    return Batch(
        tokens_LB=gather(store, alphabet, starts_B, lengths_B),
        lengths_B=torch.from_numpy(lengths_B),
        previous_B=torch.from_numpy(previous_B.astype(np.int64)),
        documents_B=torch.from_numpy(starts_B),
        continues=continues,
    )


def gather(store: Store, alphabet: Alphabet, starts_B: np.ndarray, lengths_B: np.ndarray) -> torch.Tensor:
    """Stretches of the flat ids side by side, tokens_LB, filled up with the begin id."""
    positions_L1 = np.arange(lengths_B.max())[:, None]
    places_LB = starts_B + positions_L1
    if lengths_B.min() == len(positions_L1):
        return torch.from_numpy(store.tokens[places_LB].astype(np.int64))
    inside_LB = positions_L1 < lengths_B
    tokens_LB = store.tokens[np.where(inside_LB, places_LB, 0)]
    return torch.from_numpy(np.where(inside_LB, tokens_LB, alphabet.begin).astype(np.int64))

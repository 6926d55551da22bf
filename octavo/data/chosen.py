"""A few documents of many, chosen by chance. N documents, L length."""

import numpy as np

from octavo.data.permutation import permute
from octavo.data.samples import Inside, stretch
from octavo.data.store import Store


def sample(store: Store, count: int, longest: int | None, seed: int = 0) -> list[np.ndarray]:
    """The ids of so many documents, or of all there are, by the order of the seed.

    They have at most `longest` tokens, or as many as the shortest document.
    """
    return [store.document(number).astype(np.int64) for number in chosen(store, count, longest, seed)]


def chosen(store: Store, count: int, longest: int | None, seed: int = 0) -> np.ndarray:
    """The numbers of those documents: fewer of the same seed are the first of more."""
    lengths_N = np.diff(store.offsets)
    short_N = np.flatnonzero(lengths_N <= max(longest or lengths_N.max(), lengths_N.min()))
    return short_N[drawn(len(short_N), count, seed)]


def drawn(size: int, count: int, seed: int = 0) -> np.ndarray:
    """So many numbers below `size`, or all there are, in the order of the seed."""
    return permute(np.arange(min(count, size)), size, seed)


def sample_stretches(store: Store, count: int, longest: int, inside: Inside, seed: int = 0) -> list[np.ndarray]:
    """The same of all documents alike, of long ones a random stretch, as training draws them."""
    chance = np.random.default_rng([seed, longest])
    return [_stretch(ids_L, longest, inside, chance) for ids_L in sample(store, count, None, seed)]


def _stretch(ids_L: np.ndarray, longest: int, inside: Inside, chance: np.random.Generator) -> np.ndarray:
    if len(ids_L) <= longest:
        return ids_L
    return stretch(ids_L, int(chance.integers(len(ids_L) - longest + 1)), longest, inside)

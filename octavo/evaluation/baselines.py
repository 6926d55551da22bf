"""What bytes cost without a model to train: counts of what follows what, and xz. N places, U n-grams that occur."""

import lzma
from typing import NamedTuple

import numpy as np

LONGEST = 7  # bytes of an n-gram and its next in one number of 64 bits


class Counts(NamedTuple):
    """How often each n-gram occurs in a text, the n-grams as numbers, in order."""

    grams_U: np.ndarray
    times_U: np.ndarray

    def of(self, grams_N: np.ndarray) -> np.ndarray:
        """How often each of these occurs."""
        places_N = np.minimum(np.searchsorted(self.grams_U, grams_N), len(self.grams_U) - 1)
        return np.where(self.grams_U[places_N] == grams_N, self.times_U[places_N], 0)


def counts(train: bytes, test: bytes, order: int) -> float:
    """Bits per byte of `test` by the counts of `train`, given `order` bytes before.

    p_n(b | c) = (count(cb) + kinds(c) p_{n-1}(b | c')) / (count(c) + kinds(c)), c' being c without its oldest byte and
    kinds(c) how many bytes have been seen after it (Witten & Bell 1991); below order 0 all bytes are alike.

    >>> counts(b"abababab", b"abab", order=1) < counts(b"abababab", b"abab", order=0) < 8
    True
    """
    if not 0 <= order <= LONGEST:
        raise ValueError(f"order {order}: counts are of 0 to {LONGEST} bytes before")
    # Of the first bytes of the test, those before are the last of the training text.
    whole = np.frombuffer(train[len(train) - order :] + test, np.uint8)
    p_N = np.full(len(test), 1 / 256)
    for length in range(order + 1):
        grams_N = _grams(whole, length + 1)[order - length :]
        long = _counted(_grams(np.frombuffer(train, np.uint8), length + 1))
        kinds = Counts(*np.unique(long.grams_U >> 8, return_counts=True))
        shorter = _summed(long)
        before_N = grams_N >> 8
        kinds_N = kinds.of(before_N)
        seen_N = shorter.of(before_N) + kinds_N
        p_N = np.where(seen_N > 0, (long.of(grams_N) + kinds_N * p_N) / np.maximum(seen_N, 1), p_N)
    return float(-np.log2(p_N).mean())


def xz(train: bytes, test: bytes) -> float:
    """Bits per byte: the size of both, compressed by xz -9, less that of the first alone."""
    before = len(lzma.compress(train, preset=9)) if train else 0
    size = len(lzma.compress(train + test, preset=9)) - before
    return 8 * size / len(test)


def _grams(text: np.ndarray, length: int) -> np.ndarray:
    """Every stretch of so many bytes as a number, the oldest byte highest."""
    found = np.zeros(len(text) - length + 1, np.uint64)
    for place in range(length):
        found = (found << np.uint64(8)) | text[place : place + len(found)]
    return found


def _counted(grams_N: np.ndarray) -> Counts:
    return Counts(*np.unique(grams_N, return_counts=True))


def _summed(long: Counts) -> Counts:
    """How often each n-gram stands before any byte."""
    grams_U, begins_U = np.unique(long.grams_U >> 8, return_index=True)
    return Counts(grams_U, np.add.reduceat(long.times_U, begins_U))

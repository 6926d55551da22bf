"""A stateless shuffle: any place of any epoch's order, in O(1) memory.

A Feistel network permutes the 2^bits numbers (Luby and Rackoff, 1988). Those that fall outside the range walk on
along their cycle until they fall inside it (Black and Rogaway, 2002): fewer than half do at each step.
"""

import hashlib

import numpy as np

ROUNDS = 6
# A network of very few bits knows few permutations: short ranges walk through a larger one.
FEWEST_BITS = 4


def permute(places_N: np.ndarray, size: int, *key: int) -> np.ndarray:
    """What stands at these places of the order of range(size) that the key, (seed, epoch) say, names.

    >>> order = permute(np.arange(10), 10, 1, 0)
    >>> sorted(order.tolist()) == list(range(10))
    True
    >>> bool(permute(np.array([3]), 10, 1, 0)[0] == order[3])
    True
    """
    bits = max((size - 1).bit_length(), FEWEST_BITS)
    keys = _round_keys(key)
    found_N = _feistel(np.asarray(places_N, np.uint64), bits, keys)
    while (outside := np.flatnonzero(found_N >= size)).size:
        found_N[outside] = _feistel(found_N[outside], bits, keys)
    return found_N.astype(np.int64)


def _round_keys(key: tuple[int, ...]) -> np.ndarray:
    digest = hashlib.blake2b(repr(tuple(map(int, key))).encode(), digest_size=8 * ROUNDS)
    return np.frombuffer(digest.digest(), "<u8")


def _feistel(numbers_N: np.ndarray, bits: int, keys: np.ndarray) -> np.ndarray:
    """(left, right) ← (right, left ⊕ F(right)), where the halves may differ by a bit and change places."""
    right_bits = bits // 2
    left_bits = bits - right_bits
    left_N, right_N = numbers_N >> np.uint64(right_bits), numbers_N & _ones(right_bits)
    for key in keys:
        left_N, right_N = right_N, left_N ^ (_mixed(right_N + key) & _ones(left_bits))
        left_bits, right_bits = right_bits, left_bits
    return left_N << np.uint64(right_bits) | right_N


def _ones(bits: int) -> np.uint64:
    return np.uint64((1 << bits) - 1)


def _mixed(x_N: np.ndarray) -> np.ndarray:
    """The finaliser of SplitMix64 (Steele, Lea and Flood, 2014), whose upper bits are the best."""
    x_N = (x_N ^ (x_N >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x_N = (x_N ^ (x_N >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x_N >> np.uint64(32)

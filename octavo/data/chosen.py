"""A few documents of many, chosen by chance. N documents."""

import numpy as np

from octavo.data.permutation import permute
from octavo.data.store import Store


def sample(store: Store, count: int, longest: int | None, seed: int = 0) -> list[np.ndarray]:
    """The ids of so many documents, or of all there are, by the order of the seed.

    They have at most `longest` tokens, or as many as the shortest document.
    """
    lengths_N = np.diff(store.offsets)
    short_N = np.flatnonzero(lengths_N <= max(longest or lengths_N.max(), lengths_N.min()))
    chosen_N = short_N[permute(np.arange(min(count, len(short_N))), len(short_N), seed)]
    return [store.document(number).astype(np.int64) for number in chosen_N]

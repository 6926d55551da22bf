"""Word vectors from a text file as GloVe and word2vec write them: on each line a word and its numbers.

E numbers of a vector, N words found.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from octavo.data.compression import open_bytes


class Vectors(NamedTuple):
    """The places of the words that were found, and their vectors."""

    places_N: np.ndarray
    rows_NE: np.ndarray


def read_vectors(path: str, words: Sequence[str], width: int) -> Vectors:
    """The vectors of these words, each by its first line; the file may be compressed and larger than memory.

    A first line of two whole numbers, as word2vec writes it, says how many vectors there are and their width.
    """
    if not Path(path).is_file():
        raise ValueError(f"{path}: there is no such file of word vectors")
    wanted = {word.encode(): place for place, word in enumerate(words)}
    found: dict[int, np.ndarray] = {}
    with open_bytes(path) as file:
        for line, text in enumerate(file, 1):
            word, _, rest = text.strip().partition(b" ")
            if line == 1:
                _check_width(text.split(), width, path)
            numbers = rest.split() if word in wanted else []
            # More numbers are a longer word's, one with spaces in it, which only begins like this one.
            if word in wanted and len(numbers) <= width:
                found.setdefault(wanted[word], _row(numbers, width, f"{path}:{line}"))
    if not found:
        raise ValueError(f"{path}: it has a vector for none of the {len(words):,} words of the training text")
    return Vectors(np.array(list(found)), np.stack(list(found.values())))


def _check_width(fields: list[bytes], width: int, path: str) -> None:
    """Of the first line, be it word2vec's heading or a vector."""
    has_heading = len(fields) == 2 and all(field.isdigit() for field in fields)
    there = int(fields[1]) if has_heading else len(fields) - 1
    if there != width:
        raise ValueError(f"{path}: its vectors have {there} numbers, the embedding {width}: set it to {there}")


def _row(numbers: list[bytes], width: int, place: str) -> np.ndarray:
    if len(numbers) != width:
        raise ValueError(f"{place}: {len(numbers)} numbers instead of {width}")
    try:
        return np.array(numbers, np.float32)
    except ValueError as error:
        raise ValueError(f"{place}: {error}") from None

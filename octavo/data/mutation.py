"""Texts to be mended: each is read with some of its tokens replaced, and written as it was.

Shapes: L length, B batch, N ids.
"""

import dataclasses
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import torch

from octavo.interfaces import Alphabet, Batch

OWN = 1  # sets these draws apart from others of the same seed and step


def to_be_mended(batch: Batch, alphabet: Alphabet, most: float, seed: int, step: int, columns: slice) -> Batch:
    """The batch, the source of each text being itself with a share of its tokens replaced, uniform in [0, most].

    What is replaced depends on the seed, the step and the text's column in the whole batch alone.
    """
    if batch.source is not None:
        raise ValueError("data.mutate makes each text its own source, but these have another: leave out one of the two")
    first, stride = columns.start or 0, columns.step or 1
    chances = [np.random.default_rng([seed, step, first + row * stride, OWN]) for row in range(len(batch.lengths_B))]
    shares = [chance.uniform(0.0, most) for chance in chances]
    return dataclasses.replace(batch, source=mutated(batch, alphabet, shares, chances))


def each_to_be_mended(batches: Iterable[Batch], alphabet: Alphabet, most: float, seed: int) -> Iterator[Batch]:
    """Batches of held-out texts, each time with the same replacements; without any where `most` is 0."""
    for number, batch in enumerate(batches):
        yield to_be_mended(batch, alphabet, most, seed, number, slice(None)) if most else batch


def mutated(batch: Batch, alphabet: Alphabet, shares: Sequence[float], chances: Sequence[np.random.Generator]) -> Batch:
    """The batch, each text mutated with its own probability."""
    tokens_LB = batch.tokens_LB.cpu().numpy().copy()
    for column, (length, share, chance) in enumerate(zip(batch.lengths_B.tolist(), shares, chances, strict=True)):
        tokens_LB[:length, column] = mutated_text(tokens_LB[:length, column], alphabet, share, chance)
    return dataclasses.replace(batch, tokens_LB=torch.from_numpy(tokens_LB).to(batch.tokens_LB.device))


def mutated_text(truth_L: np.ndarray, alphabet: Alphabet, share: float, chance: np.random.Generator) -> np.ndarray:
    """Each token but the ends replaced with this probability by any other (Zhang & LeCun 2018, §4.3)."""
    ids_N = _exchangeable(alphabet)
    hit_L = (chance.random(len(truth_L)) < share) & np.isin(truth_L, ids_N)
    return np.where(hit_L, _others(truth_L, ids_N, chance), truth_L)


def _exchangeable(alphabet: Alphabet) -> np.ndarray:
    """All ids but those that only open or end texts."""
    outside = [] if alphabet.end is None else [alphabet.begin, alphabet.end]
    return np.setdiff1d(np.arange(alphabet.size), outside)


def _others(truth_L: np.ndarray, ids_N: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    """For each id another one, uniformly: from the true id's own place on, a number stands for the id after."""
    drawn_L = chance.integers(len(ids_N) - 1, size=len(truth_L))
    return ids_N[drawn_L + (drawn_L >= np.searchsorted(ids_N, truth_L))]

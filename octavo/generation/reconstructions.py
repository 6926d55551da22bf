"""Vectors written out as texts, by any writer. Shapes: B vectors, Z latent features, L length, V vocabulary."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from octavo.generation.beam import beam_search, plain
from octavo.generation.choosing import without_begin
from octavo.generation.sampling import SamplingConfig, choose
from octavo.generation.windows import windowed
from octavo.interfaces import Alphabet, OneShot, Writer

GREEDY = SamplingConfig(do_sample=False)
POSITIONS = 1 << 14  # written at once: some of it stays in a cache


def longest_reconstruction(level: int) -> int:
    """Where a loop without end is cut: of a text of so many tokens, no more than these are written.

    >>> longest_reconstruction(10)
    36
    """
    return 2 * level + 16


@torch.no_grad()
def write_back(
    writer: Writer, condition_BZ: Tensor, levels: Sequence[int], alphabet: Alphabet, beams: int = 1
) -> list[list[int]]:
    """The ids written from each vector, token by token, up to the end and with it.

    With one beam the likeliest token is taken at each step; a search ranks by the summed log-probability.
    """
    writer = windowed(writer)
    found = beam_search(
        writer.advance,
        writer.begin(condition_BZ, len(levels)),
        torch.full((len(levels),), alphabet.begin, device=condition_BZ.device),
        alphabet,
        [plain] * len(levels),
        beams=beams,
        longest=[longest_reconstruction(level) for level in levels],
        wanted=1,
    )
    return [[*best.ids, *[alphabet.end] * best.ended] for best, *_ in found]  # type: ignore[list-item]


@torch.no_grad()
def write_at_once(
    writer: OneShot,
    condition_BZ: Tensor,
    levels: Sequence[int],
    alphabet: Alphabet,
    options: SamplingConfig,
    numbers: Sequence[int],
) -> list[list[int]]:
    """An id for every position, vectors of one level side by side; a text's number and the seed are its chance."""
    written: list[list[int]] = [[]] * len(levels)
    for level in sorted(set(levels)):
        rows = [row for row, other in enumerate(levels) if other == level]
        together = max(1, POSITIONS // level)
        for begin in range(0, len(rows), together):
            part = rows[begin : begin + together]
            logits_LBV = without_begin(writer.decode(condition_BZ[part], level), alphabet)
            chosen = _chosen(logits_LBV, options, [numbers[row] for row in part])
            for row, ids in zip(part, chosen, strict=True):
                written[row] = ids
    return written


def _chosen(logits_LBV: Tensor, options: SamplingConfig, numbers: Sequence[int]) -> list[list[int]]:
    """The likeliest id of every position, or one that is drawn whatever stands beside it."""
    if options.greedy:
        return logits_LBV.argmax(-1).T.tolist()
    # The 1 keeps this chance apart from the one that lengths are drawn by, which has the seed alone.
    chances = [np.random.default_rng((options.seed, number, 1)) for number in numbers]
    uniform_BL = np.stack([chance.random(len(logits_LBV)) for chance in chances])
    ids = choose(logits_LBV.transpose(0, 1).flatten(0, 1), options, uniform_BL.ravel().tolist())
    return np.reshape(ids, uniform_BL.shape).tolist()

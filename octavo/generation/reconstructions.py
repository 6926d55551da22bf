"""Vectors written out as texts, by any writer. Shapes: B vectors, Z latent features, L length, V vocabulary."""

from collections.abc import Sequence

import torch
from torch import Tensor

from octavo.generation.beam import beam_search, plain
from octavo.generation.choosing import without_begin
from octavo.generation.windows import windowed
from octavo.interfaces import Alphabet, OneShot, Writer

POSITIONS = 1 << 14  # written at once: some of it stays in a cache


def longest_reconstruction(level: int) -> int:
    """Where a loop without end is cut: of a text of so many tokens, no more than these are written.

    >>> longest_reconstruction(10)
    36
    """
    return 2 * level + 16


@torch.no_grad()
def write_back(
    writer: Writer | OneShot, condition_BZ: Tensor, levels: Sequence[int], alphabet: Alphabet, beams: int = 1
) -> list[list[int]]:
    """The ids written from each vector: all positions of its level or, token by token, up to the end and with it.

    With one beam the likeliest token is taken at each step; a search ranks by the summed log-probability.
    """
    if isinstance(writer, OneShot):
        return _at_once(writer, condition_BZ, levels, alphabet)
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


def _at_once(writer: OneShot, condition_BZ: Tensor, levels: Sequence[int], alphabet: Alphabet) -> list[list[int]]:
    """The likeliest id of every position, vectors of one level side by side."""
    written: list[list[int]] = [[]] * len(levels)
    for level in sorted(set(levels)):
        rows = [row for row, other in enumerate(levels) if other == level]
        together = max(1, POSITIONS // level)
        for begin in range(0, len(rows), together):
            part = rows[begin : begin + together]
            logits_LBV = without_begin(writer.decode(condition_BZ[part], level), alphabet)
            for row, ids in zip(part, logits_LBV.argmax(-1).T.tolist(), strict=True):
                written[row] = ids
    return written

"""Translations: for each source, the best text that a beam search finds. Shapes: B sources side by side."""

from collections.abc import Callable

import torch

from octavo.config import config
from octavo.generation.beam import TowardsSource, beam_search
from octavo.interfaces import Alphabet, Batch, Condition, Writer

Read = Callable[[Batch], Condition]


@config
class SearchConfig:
    """How translations are searched for: Bradbury et al. (2017), section 3.3 and its appendix.

    `alpha` pulls towards the source's length plus five: 0 not at all, 1 as far as a mean over tokens does.
    """

    num_beams: int = 8
    alpha: float = 0.6


def longest_target(source: int) -> int:
    """How many tokens, the end among them, a translation of so many may have: a loop without end is cut there.

    >>> longest_target(10)
    70
    """
    return 2 * source + 50


@torch.no_grad()
def translations(
    read: Read, writer: Writer, source: Batch, alphabet: Alphabet, search: SearchConfig
) -> list[list[int]]:
    """The ids of each source's translation, without the end; its companions in the batch tell nothing."""
    ends = 0 if alphabet.end is None else 1
    lengths = [length - ends for length in source.lengths_B.tolist()]
    found = beam_search(
        writer.advance,
        writer.begin(read(source), len(lengths)),
        source.previous_B,
        alphabet,
        [TowardsSource(length, search.alpha) for length in lengths],
        beams=search.num_beams,
        longest=[longest_target(length) for length in lengths],
        wanted=1,
    )
    return [best.ids for best, *_ in found]

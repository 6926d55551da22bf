"""Shapes: B sources side by side, L length."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from octavo.generation.beam import TowardsSource, beam_search
from octavo.generation.translations import SearchConfig, longest_target, translations
from octavo.interfaces import Alphabet, Batch

END = 2
ALPHABET = Alphabet(3, END, END)
SOURCES = [[0, 1, 1, END], [END], [1, END], [0, 0, 1, 0, 1, 1, 0, END]]


def batch_of(sources: list[list[int]]) -> Batch:
    lengths_B = torch.tensor([len(source) for source in sources])
    tokens_LB = torch.full((int(lengths_B.max()), len(sources)), 9)
    for column, source in enumerate(sources):
        tokens_LB[: len(source), column] = torch.tensor(source)
    return Batch(tokens_LB, lengths_B, torch.full_like(lengths_B, END))


def number_of(source: Batch) -> Tensor:
    """What is read of a source: a number that tells it from others, and is blind to padding."""
    weights_L1 = torch.arange(1, len(source.tokens_LB) + 1)[:, None]
    return ((source.tokens_LB + 1) * weights_L1 * source.valid_LB).sum(0) % 97


def test_a_translation_is_the_best_of_the_papers_search(rememberer: Callable) -> None:
    writer, search = rememberer(3, 0), SearchConfig(num_beams=5, alpha=0.8)
    for source in SOURCES:
        batch = batch_of([source])
        [[best, *_]] = beam_search(
            writer.advance,
            writer.begin(number_of(batch), 1),
            batch.previous_B,
            ALPHABET,
            [TowardsSource(len(source) - 1, 0.8)],
            beams=5,
            longest=longest_target(len(source) - 1),
        )
        assert translations(number_of, writer, batch, ALPHABET, search) == [best.ids]


@pytest.mark.parametrize("beams", [1, 3])
def test_companions_tell_nothing(rememberer: Callable, beams: int) -> None:
    writer, search = rememberer(3, 5), SearchConfig(num_beams=beams)
    together = translations(number_of, writer, batch_of(SOURCES), ALPHABET, search)
    assert together == [translations(number_of, writer, batch_of([one]), ALPHABET, search)[0] for one in SOURCES]


def test_a_loop_without_end_is_cut_by_its_own_source(chain: Callable) -> None:
    writer = chain([[1.0, 0.0, 0.0], [1.0, 0.0, 0.0], [1.0, 0.0, 0.0]])
    found = translations(lambda source: None, writer, batch_of(SOURCES), ALPHABET, SearchConfig(num_beams=1))
    assert [len(ids) for ids in found] == [2 * (len(source) - 1) + 50 for source in SOURCES]

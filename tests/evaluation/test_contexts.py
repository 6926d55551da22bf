"""Contexts against a loop that does one character at a time. L length, B batch, S last tokens, V vocabulary."""

import math

import numpy as np
import pytest
import torch
from torch import Tensor

from octavo.evaluation.contexts import ContextsConfig, Contextual, by_context, places
from octavo.interfaces import Alphabet, Batch, State, Writer
from octavo.writers.lstm import LSTMWriter, LSTMWriterConfig
from octavo.writers.qrnn import QRNNWriter, QRNNWriterConfig
from tests.bounded import BoundedWriter

ALPHABET = Alphabet(5, 0)
TEXT = np.random.default_rng(3).integers(5, size=61)
CPU = torch.device("cpu")
WRITERS = {
    "lstm": LSTMWriter(LSTMWriterConfig(width=8, embedding=4), ALPHABET).double().eval(),
    "qrnn": QRNNWriter(QRNNWriterConfig(width=8, embedding=4), ALPHABET).double().eval(),
    "bounded": BoundedWriter(size=5, context=7),
}
WRITER = pytest.mark.parametrize("writer", WRITERS.values(), ids=WRITERS.keys())


def asking(writer: Writer, asked: ContextsConfig) -> list[Contextual]:
    def expect(batch: Batch, last: int, carry: State) -> tuple[Tensor, State]:
        written = writer(batch.inputs_LB, writer.begin(None, len(batch.lengths_B)))
        return writer.head(written.states_LBD[-last:]), None

    return list(by_context(expect, cut, len(TEXT), asked, CPU))


def cut(starts_B: np.ndarray, length: int) -> Batch:
    assert (starts_B > 0).all(), "a window's first token is given the one before it"
    tokens_LB = torch.from_numpy(TEXT[starts_B + np.arange(length)[:, None]])
    return Batch(tokens_LB, torch.full((len(starts_B),), length), torch.from_numpy(TEXT[starts_B - 1]))


@torch.no_grad()
def brute_force(writer: Writer, place: int, context: int) -> tuple[float, bool]:
    """The nats of one character from a forward over exactly so many before it, and whether it was the likeliest."""
    inputs_L1 = torch.from_numpy(TEXT[place - context : place, None])
    logits_V = writer.head(writer(inputs_L1, writer.begin(None, 1)).states_LBD[-1, 0])
    return -float(logits_V.log_softmax(-1)[TEXT[place]]), int(logits_V.argmax()) == TEXT[place]


@WRITER
def test_stride_1_is_the_loop_over_characters(writer: Writer) -> None:
    contexts = (1, 3, 7)
    for row, context in zip(asking(writer, ContextsConfig(contexts=contexts)), contexts, strict=True):
        found = [brute_force(writer, place, context) for place in range(7, len(TEXT))]
        assert (row.context, row.count, row.hits) == (context, len(TEXT) - 7, sum(right for _, right in found))
        assert row.nats == pytest.approx(sum(nats for nats, _ in found), rel=1e-9)


@WRITER
def test_a_larger_stride_scores_each_character_once_given_as_much_as_it_says(writer: Writer) -> None:
    """The last window holds fewer new characters: 54 are no multiple of 4."""
    [row] = asking(writer, ContextsConfig(contexts=(7,), stride=4))
    expected, place = 0.0, 7
    while place < len(TEXT):
        for step, last in enumerate(range(place, min(place + 4, len(TEXT)))):
            short = min(place + 4, len(TEXT)) - place
            expected += brute_force(writer, last, 7 - short + 1 + step)[0]
        place += 4
    assert row.count == len(TEXT) - 7
    assert row.nats == pytest.approx(expected, rel=1e-9)


@WRITER
def test_a_sample_is_of_the_same_characters_at_every_context_and_says_how_sure_it_is(writer: Writer) -> None:
    asked = ContextsConfig(contexts=(2, 5), sample=20, seed=4)
    ends_W, _ = places(len(TEXT), asked)
    for row in asking(writer, asked):
        nats = [brute_force(writer, end - 1, row.context)[0] for end in ends_W]
        assert (row.count, row.nats) == (20, pytest.approx(sum(nats), rel=1e-9))
        assert row.standard_error == pytest.approx(np.std(nats, ddof=1) / math.sqrt(20) / math.log(2), rel=1e-6)
    assert asking(writer, asked) == asking(writer, asked)


@WRITER
def test_what_a_longer_context_saves_is_told_character_by_character(writer: Writer) -> None:
    asked = ContextsConfig(contexts=(2, 5), sample=20, seed=4)
    first, second = asking(writer, asked)
    pairs = [[brute_force(writer, end - 1, context)[0] for context in (2, 5)] for end in places(len(TEXT), asked)[0]]
    saved = [(short - long) / math.log(2) for short, long in pairs]
    assert (first.bits_saved, first.bits_saved_error) == (0, 0)
    assert second.bits_saved == pytest.approx(np.mean(saved), rel=1e-6, abs=1e-12)
    assert second.bits_saved_error == pytest.approx(np.std(saved, ddof=1) / math.sqrt(20), rel=1e-6)


def test_a_sample_has_no_character_twice_and_another_seed_draws_others() -> None:
    drawn = [places(1000, ContextsConfig(contexts=(9,), sample=300, seed=seed))[0] for seed in (0, 1)]
    assert all(len(set(ends_W)) == 300 and ends_W.min() > 9 and ends_W.max() <= 1000 for ends_W in drawn)
    assert (drawn[0] != drawn[1]).any()


def test_all_characters_are_a_sample_of_as_many() -> None:
    everything, _ = places(30, ContextsConfig(contexts=(10,)))
    assert places(30, ContextsConfig(contexts=(10,), sample=20))[0].tolist() == everything.tolist()


@pytest.mark.parametrize(
    ("settings", "tokens", "message"),
    [
        ({"contexts": (8, 3), "stride": 4}, 50, "stride 4: it may be as long as the shortest context, 3"),
        ({"contexts": (8,), "stride": 2, "sample": 5}, 50, "a sample's characters are scored one by one"),
        ({"contexts": (8,)}, 8, "of 8 tokens 0 have 8 before them"),
        ({"contexts": (8,), "sample": 43}, 50, "of 50 tokens 42 have 8 before them, of which 43 are wanted"),
    ],
)
def test_what_cannot_be_scored_is_said(settings: dict[str, object], tokens: int, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        places(tokens, ContextsConfig(**settings))  # pyrefly: ignore

"""Shapes: L length, B batch."""

import math

import pytest
import torch
from torch import Tensor

from octavo.evaluation.likelihood import Scale, Score, readable, scores, sums
from octavo.interfaces import Batch, Loss, Mean, Progress, State, TextModel
from tests.batches import STREAM, batch_of, window_of

CPU = torch.device("cpu")
BYTE = Scale("byte", 1.0, 1.0)


class Counting(TextModel):
    """Each token costs itself in nats; the carry is how many tokens there were."""

    def __init__(self) -> None:
        super().__init__()
        self.carried: list[State] = []
        self.shares: list[float] = []

    def forward(self, batch: Batch, progress: Progress, carry: State = None) -> Loss:
        assert not self.training
        self.carried.append(carry)
        self.shares.append(progress.share)
        nats = (batch.tokens_LB * batch.valid_LB).sum()
        tokens = batch.lengths_B.sum()
        return Loss(Mean(nats, len(batch.lengths_B)), {"nats": Mean(nats, tokens)}, (carry or 0) + int(tokens))

    def score(self, batch: Batch, carry: State = None) -> tuple[Tensor, State]:
        return (batch.tokens_LB * batch.valid_LB).float(), None


def test_sums_are_over_all_batches_before_any_division() -> None:
    batches = [batch_of([5, 3], STREAM, seed=1), batch_of([1], STREAM, seed=2)]
    nats = sum(int((batch.tokens_LB * batch.valid_LB).sum()) for batch in batches)
    totals = sums(Counting(), batches, CPU)
    assert totals == {"objective": (nats, 3), "nats": (nats, 9)}
    assert isinstance(totals["nats"].total, float)


def test_a_carry_goes_from_batch_to_batch() -> None:
    model, batch = Counting(), batch_of([6, 6], STREAM)
    sums(model, [window_of(batch, 0, 4), window_of(batch, 4, 6)], CPU)
    assert model.carried == [None, 8]


def test_a_model_is_measured_as_at_the_end_of_its_training_unless_told_where() -> None:
    model = Counting()
    sums(model, [batch_of()], CPU)
    sums(model, [batch_of()], CPU, Progress(share=0.3))
    assert model.shares == [1.0, 0.3]


@pytest.mark.parametrize("training", [True, False])
def test_a_model_is_left_as_it_was(training: bool) -> None:
    model = Counting().train(training)
    sums(model, [batch_of()], CPU)
    assert model.training == training


def test_nothing_measured_is_nothing() -> None:
    assert sums(Counting(), [], CPU) == {}


def test_each_documents_score_has_its_number() -> None:
    batch = batch_of([3, 1, 2], STREAM)
    found = list(scores(Counting().score, [batch], CPU))
    costs = [float(batch.tokens_LB[:length, row].sum()) for row, length in enumerate([3, 1, 2])]
    assert found == [Score(0, costs[0], 3), Score(1, costs[1], 1), Score(2, costs[2], 2)]


def test_a_document_that_continues_is_one_and_its_carry_goes_on() -> None:
    carries: list[State] = []

    def score(batch: Batch, carry: State) -> tuple[Tensor, State]:
        carries.append(carry)
        return batch.tokens_LB.float(), len(carries)

    batch = batch_of([6, 6], STREAM)
    found = list(scores(score, [window_of(batch, 0, 4), window_of(batch, 4, 6), batch], CPU))
    assert found[:2] == found[2:] == [Score(row, float(batch.tokens_LB[:, row].sum()), 6) for row in (0, 1)]
    assert carries == [None, 1, None]


def test_a_uniform_guess_costs_eight_bits_a_byte() -> None:
    assert readable({"nats": Mean(100 * math.log(256), 100)}, BYTE) == {"bits_per_byte": (8.0, "bits/byte")}


def test_bits_per_byte_are_over_the_texts_bytes_whatever_a_token_is() -> None:
    """Ten tokens, an end among them, that stand for 18 bytes in 9 characters, at 1 bit a token."""
    scale, nats = Scale("character", 18 / 10, 9 / 10), {"nats": Mean(10 * math.log(2), 10)}
    figures = readable(nats, scale)
    assert figures["bits_per_byte"][0] == pytest.approx(10 / 18)
    assert figures["bits_per_character"][0] == pytest.approx(10 / 9)


def test_perplexity_is_for_words_alone() -> None:
    figures = readable({"nats": Mean(5 * math.log(80), 5)}, Scale("word", 4.0, 1.0))
    assert figures["perplexity"] == (pytest.approx(80), "per word")
    assert figures["bits_per_byte"][0] == pytest.approx(math.log2(80) / 4)
    assert "perplexity" not in readable({"nats": Mean(1.0, 1)}, BYTE)


def test_a_perplexity_beyond_all_numbers_is_infinite() -> None:
    assert readable({"nats": Mean(1e6, 1)}, Scale("word", 4.0, 1.0))["perplexity"][0] == math.inf


def test_other_metrics_are_plain_means_and_the_objective_is_not_shown() -> None:
    totals = {"objective": Mean(3.0, 1), "accuracy": Mean(3.0, 4)}
    assert readable(totals, BYTE) == {"accuracy": (0.75, "share of texts")}

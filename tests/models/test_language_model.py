"""Shapes: L length, B batch, V vocabulary."""

import torch

from octavo.interfaces import Progress
from octavo.models import build_model
from octavo.models.language_model import LanguageModel, LanguageModelConfig
from octavo.writers.lstm import LSTMWriterConfig
from tests.asking import assert_same, exactly, measured
from tests.batches import STREAM, batch_of, window_of

WRITER = LSTMWriterConfig(width=8, embedding=6)


def test_probabilities_of_all_texts_of_a_length_sum_to_one() -> None:
    model = exactly(LanguageModel(LanguageModelConfig(writer=WRITER), STREAM))
    pairs_2N = torch.cartesian_prod(*[torch.arange(STREAM.size)] * 2).T
    batch = batch_of([2] * pairs_2N.shape[1], STREAM)
    batch.tokens_LB.copy_(pairs_2N)
    nats_LB, _ = model.score(batch)
    assert_same((-nats_LB.sum(0)).exp().sum(), torch.tensor(1.0))


def test_the_unit_changes_the_objective_alone() -> None:
    models = [build_model(LanguageModelConfig(writer=WRITER, unit=unit), STREAM) for unit in ("token", "text")]
    models[1].load_state_dict(models[0].state_dict())
    by_token, by_text = (measured(model, batch_of(alphabet=STREAM)) for model in models)
    assert by_token["nats"] == by_text["nats"]
    assert by_token["objective"] == (by_token["nats"].total, 18)
    assert by_text["objective"] == (by_token["nats"].total, 4)


def test_uniform_weights_fill_their_range_and_no_more() -> None:
    model = build_model(LanguageModelConfig(writer=WRITER, uniform=0.05), STREAM)
    for parameter in model.parameters():
        assert parameter.abs().max() <= 0.05
        assert parameter.abs().max() > 0.04 or parameter.numel() < 20


def test_the_first_token_of_a_window_is_conditioned_on_the_last_one_before() -> None:
    model, batch = exactly(LanguageModel(LanguageModelConfig(writer=WRITER), STREAM)), batch_of([8] * 2, STREAM)
    second = window_of(batch, 4, 8)
    assert torch.equal(second.previous_B, batch.tokens_LB[3])
    carry = model(window_of(batch, 0, 4), Progress()).carry
    nats_LB, _ = model.score(second, carry)
    assert_same(nats_LB, model.score(batch)[0][4:])


def test_a_text_is_written_from_nothing() -> None:
    model = LanguageModel(LanguageModelConfig(writer=WRITER), STREAM)
    state = model.writer.begin(model.condition(3), 3)
    assert not any(tensor.any() for cell in state.cells for tensor in cell)

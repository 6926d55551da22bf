"""Shapes: L length, B batch."""

import dataclasses

import pytest
import torch

from octavo.interfaces import Progress
from octavo.models.translator import Translator, TranslatorConfig
from octavo.readers.lstm import LSTMReaderConfig
from octavo.writers.lstm import LSTMWriterConfig
from tests.asking import assert_same, exactly, measured
from tests.batches import DOCUMENTS, batch_of, padded_with, perturbed


@pytest.fixture
def model() -> Translator:
    reader, writer = LSTMReaderConfig(width=8, embedding=6), LSTMWriterConfig(width=8, embedding=6, attention=True)
    return exactly(Translator(TranslatorConfig(reader=reader, writer=writer), DOCUMENTS))


def test_every_token_of_the_source_tells(model: Translator) -> None:
    batch = batch_of([5, 5])
    assert batch.source is not None
    before = measured(model, batch)["nats"].total
    for position in range(len(batch.source.tokens_LB)):
        changed = dataclasses.replace(batch.source, tokens_LB=perturbed(batch.source.tokens_LB, position))
        assert measured(model, dataclasses.replace(batch, source=changed))["nats"].total != before


def test_padding_of_the_source_tells_nothing(model: Translator) -> None:
    batch = batch_of()
    assert batch.source is not None
    padded = dataclasses.replace(batch, source=padded_with(batch.source, 3))
    assert_same(model.score(padded)[0], model.score(batch)[0])


def test_a_score_is_the_writers_from_what_was_read(model: Translator) -> None:
    batch = batch_of()
    assert batch.source is not None
    state = model.writer.begin(model.read(batch.source), 4)
    log_LBV = model.writer.head(model.writer(batch.inputs_LB, state).states_LBD).log_softmax(-1)
    nats_LB = -log_LBV.gather(-1, batch.tokens_LB[..., None])[..., 0]
    assert_same(model.score(batch)[0], nats_LB * batch.valid_LB)


def test_without_a_source_there_is_nothing_to_translate(model: Translator) -> None:
    with pytest.raises(ValueError, match=r"needs pairs: .*kind pairs"):
        model(dataclasses.replace(batch_of(), source=None), Progress())


def test_what_is_read_has_a_state_for_each_token(model: Translator) -> None:
    source = batch_of().source
    assert source is not None
    reading = model.read(source)
    assert reading.states_LBD.shape[:2] == source.tokens_LB.shape
    assert torch.equal(reading.lengths_B, source.lengths_B)

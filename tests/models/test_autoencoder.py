"""Shapes: L length, B batch, Z latent features."""

import dataclasses

import pytest
import torch

from octavo.interfaces import Writer
from octavo.models.autoencoder import Autoencoder, AutoencoderConfig
from octavo.readers.lstm import LSTMReaderConfig
from octavo.writers.lstm import LSTMWriterConfig
from tests.asking import assert_same, exactly
from tests.batches import DOCUMENTS, batch_of, perturbed


def autoencoder(latent: int | None = None) -> Autoencoder:
    reader, writer = LSTMReaderConfig(width=8, embedding=6), LSTMWriterConfig(width=7, embedding=6)
    return exactly(Autoencoder(AutoencoderConfig(reader=reader, writer=writer, latent=latent), DOCUMENTS))


@pytest.mark.parametrize(("latent", "width"), [(None, 8), (3, 3)])
def test_a_vector_has_the_width_asked_for_or_the_summarys(latent: int | None, width: int) -> None:
    assert autoencoder(latent).encode(batch_of()).shape == (4, width)


def test_without_a_width_the_vector_is_the_summary() -> None:
    model, batch = autoencoder(), batch_of().origin
    assert torch.equal(model.encode(batch), model.reader(batch.tokens_LB, batch.lengths_B).summary_BD)


def test_a_text_is_written_from_its_source_where_it_has_one() -> None:
    model, batch = autoencoder(), batch_of()
    assert torch.equal(model.encode(batch), model.encode(batch.origin))
    without = dataclasses.replace(batch, source=None)
    assert not torch.equal(model.encode(batch), model.encode(without))
    assert not torch.equal(model.score(batch)[0], model.score(without)[0])


def test_a_score_is_the_writers_from_the_texts_vector() -> None:
    model, batch = autoencoder(latent=3), batch_of()
    assert isinstance(model.writer, Writer)
    state = model.writer.begin(model.encode(batch), 4)
    log_LBV = model.writer.head(model.writer(batch.inputs_LB, state).states_LBD).log_softmax(-1)
    nats_LB = -log_LBV.gather(-1, batch.tokens_LB[..., None])[..., 0]
    assert_same(model.score(batch)[0], nats_LB * batch.valid_LB)


def test_what_comes_late_reaches_the_first_token_through_the_vector() -> None:
    model, batch = autoencoder(latent=3), batch_of([6, 6]).origin
    before_LB = model.score(batch)[0]
    batch.tokens_LB.copy_(perturbed(batch.tokens_LB, len(batch.tokens_LB) - 1))
    assert (model.score(batch)[0][0] != before_LB[0]).all()

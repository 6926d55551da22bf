"""Shapes: L length, B batch, D features, H channels, G gates × channels."""

import dataclasses
from typing import Any

import pytest
import torch
from torch import Tensor

from octavo.interfaces import Progress
from octavo.layers.qrnn_layer import QRNNLayer
from octavo.models.translator import Translator, TranslatorConfig
from octavo.readers.lstm import LSTMReaderConfig
from octavo.readers.qrnn import QRNNReaderConfig
from octavo.writers.lstm import LSTMWriterConfig
from octavo.writers.qrnn import QRNNWriter, QRNNWriterConfig
from tests.asking import assert_same, exactly, measured
from tests.batches import DOCUMENTS, batch_of, padded_with, perturbed

SMALL: dict[str, Any] = {"width": 8, "embedding": 6, "layers": 2}
QRNN_READER = QRNNReaderConfig(**SMALL, first_window=4, causal=False, backwards=True)
CONFIGS = {
    "lstm": TranslatorConfig(reader=LSTMReaderConfig(**SMALL), writer=LSTMWriterConfig(**SMALL, attention=True)),
    "qrnn": TranslatorConfig(reader=QRNN_READER, writer=QRNNWriterConfig(**SMALL, attention=True)),
    "qrnn-without-attention": TranslatorConfig(reader=QRNN_READER, writer=QRNNWriterConfig(**SMALL)),
}


@pytest.fixture(params=CONFIGS)
def model(request: pytest.FixtureRequest) -> Translator:
    return exactly(Translator(CONFIGS[request.param], DOCUMENTS))


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


def layer_by_hand(layer: QRNNLayer, x_LBD: Tensor, condition_BG: Tensor) -> Tensor:
    """Z, F, O = tanh, σ, σ of W * X + V h̃ (eq. 7), pooled by fo-pooling (eq. 4), a step at a time."""
    before_LBD = torch.cat([torch.zeros_like(x_LBD[:1]), x_LBD[:-1]])
    assert layer.bias_G is not None
    gates_LBG = before_LBD @ layer.weight_KDG[0] + x_LBD @ layer.weight_KDG[1] + layer.bias_G + condition_BG
    z_LBH, f_LBH, o_LBH = gates_LBG.chunk(3, dim=-1)
    c_BH, outputs = torch.zeros_like(z_LBH[0]), []
    for z_BH, f_BH, o_BH in zip(z_LBH.tanh(), f_LBH.sigmoid(), o_LBH.sigmoid(), strict=True):
        c_BH = f_BH * c_BH + (1 - f_BH) * z_BH
        outputs.append(o_BH * c_BH)
    return torch.stack(outputs)


def test_without_attention_each_layer_sees_the_readers_layer_of_its_index_and_no_more() -> None:
    model, batch = exactly(Translator(CONFIGS["qrnn-without-attention"], DOCUMENTS)), batch_of()
    writer = model.writer
    assert isinstance(writer, QRNNWriter)
    assert batch.source is not None
    reading = model.read(batch.source)
    x_LBD = writer.embedding(batch.inputs_LB)
    for layer, project, last_BH in zip(writer.qrnn.layers, writer.conditioned, reading.layers, strict=True):
        assert isinstance(layer, QRNNLayer)
        x_LBD = layer_by_hand(layer, x_LBD, project(last_BH))
    blind = reading._replace(states_LBD=torch.full_like(reading.states_LBD, torch.nan))
    written = writer(batch.inputs_LB, writer.begin(blind, 4))
    assert_same(written.states_LBD, x_LBD)

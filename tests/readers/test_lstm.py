"""Shapes: L length, B batch, D features."""

import pytest
import torch

from octavo.layers.texts import reversed_texts
from octavo.readers.lstm import LSTMReader, LSTMReaderConfig
from tests.batches import DOCUMENTS, batch_of

SIZES = {"width": 8, "embedding": 6}


def test_a_summary_is_what_torchs_lstm_ends_on() -> None:
    reader, batch = LSTMReader(LSTMReaderConfig(**SIZES, backwards=False), DOCUMENTS), batch_of([5, 5])
    states_LBD, (h_1BD, _) = reader.stack.layers[0](reader.embedding(batch.tokens_LB))
    reading = reader(batch.tokens_LB, batch.lengths_B)
    torch.testing.assert_close(reading.summary_BD, h_1BD[0])
    torch.testing.assert_close(reading.states_LBD, states_LBD)


def test_backwards_is_forwards_over_the_text_turned_around() -> None:
    backwards = LSTMReader(LSTMReaderConfig(**SIZES), DOCUMENTS)
    forwards = LSTMReader(LSTMReaderConfig(**SIZES, backwards=False), DOCUMENTS)
    forwards.load_state_dict(backwards.state_dict())
    batch = batch_of()
    reading = backwards(batch.tokens_LB, batch.lengths_B)
    turned = forwards(reversed_texts(batch.tokens_LB, batch.lengths_B), batch.lengths_B)
    torch.testing.assert_close(reading.summary_BD, turned.summary_BD)
    # Its end has read the whole text: the state at the first position is the summary.
    torch.testing.assert_close(reading.states_LBD[0], reading.summary_BD)


def test_each_layer_has_a_summary_and_the_last_is_the_readers() -> None:
    reader, batch = LSTMReader(LSTMReaderConfig(**SIZES, layers=3), DOCUMENTS), batch_of()
    reading = reader(batch.tokens_LB, batch.lengths_B)
    assert len(reading.layers) == 3
    assert torch.equal(reading.layers[-1], reading.summary_BD)
    assert not torch.equal(reading.layers[0], reading.layers[1])


def test_dense_layers_see_all_before_them() -> None:
    reader = LSTMReader(LSTMReaderConfig(**SIZES, layers=3, dense=True), DOCUMENTS)
    assert [layer.input_size for layer in reader.stack.layers] == [6, 14, 22]


@pytest.mark.parametrize("variational", [False, True])
def test_dropout_is_for_training(variational: bool) -> None:
    config = LSTMReaderConfig(**SIZES, dropout=0.5, variational=variational)
    reader, batch = LSTMReader(config, DOCUMENTS), batch_of()

    def summary() -> torch.Tensor:
        return reader(batch.tokens_LB, batch.lengths_B).summary_BD

    assert not torch.equal(summary(), summary())
    reader.eval()
    assert torch.equal(summary(), summary())

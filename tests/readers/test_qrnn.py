"""Shapes: L length, B batch, D features."""

import pytest
import torch

from octavo.readers.qrnn import QRNNReader, QRNNReaderConfig
from tests.asking import assert_same, exactly
from tests.batches import DOCUMENTS, batch_of, rows_of


def reader_of(**options: object) -> QRNNReader:
    return exactly(QRNNReader(QRNNReaderConfig(width=8, embedding=6, **options), DOCUMENTS))  # pyrefly: ignore


@pytest.mark.parametrize("backwards", [False, True])
def test_what_is_held_is_what_the_output_gate_lets_out_a_share_of(backwards: bool) -> None:
    batch, reader = batch_of(), reader_of(backwards=backwards)
    held_LBD = reader.hidden(batch.tokens_LB, batch.lengths_B)
    shown_LBD = reader(batch.tokens_LB, batch.lengths_B).states_LBD
    share_ND = (shown_LBD / held_LBD)[batch.valid_LB]
    assert bool(((share_ND > 0) & (share_ND < 1)).all())


@pytest.mark.parametrize("backwards", [False, True])
def test_without_an_output_gate_all_is_shown(backwards: bool) -> None:
    batch, reader = batch_of(), reader_of(backwards=backwards, pooling="f")
    held_LBD = reader.hidden(batch.tokens_LB, batch.lengths_B)
    shown_LBD = reader(batch.tokens_LB, batch.lengths_B).states_LBD
    assert torch.equal(held_LBD[batch.valid_LB], shown_LBD[batch.valid_LB])


def test_what_is_held_of_a_text_is_its_own() -> None:
    batch, reader = batch_of(), reader_of(backwards=True)
    alone = rows_of(batch, [1])
    together_LBD = reader.hidden(batch.tokens_LB, batch.lengths_B)[: len(alone.tokens_LB), 1:2]
    assert_same(reader.hidden(alone.tokens_LB, alone.lengths_B), together_LBD)

"""The fused step of a writer is the writer. Shapes: B batch, V vocabulary."""

import pytest
import torch

from octavo.interfaces import Alphabet
from octavo.layers.qrnn_layer import Pooling
from octavo.layers.rounding import round_weights
from octavo.ops.streaming import WeightForm
from octavo.writers import streaming
from octavo.writers.lstm import LSTMWriter, LSTMWriterConfig
from octavo.writers.qrnn import QRNNWriter, QRNNWriterConfig
from octavo.writers.streaming_qrnn import AVAILABLE, StreamingQRNN
from tests.asking import tensors_of

ALPHABET = Alphabet(50, 0)
NEEDS_KERNELS = pytest.mark.skipif(not AVAILABLE, reason="the compiled kernels are missing")


def small(pooling: Pooling = "fo", window: int = 2) -> QRNNWriter:
    torch.manual_seed(0)
    config = QRNNWriterConfig(width=40, embedding=24, pooling=pooling, window=window)
    return QRNNWriter(config, ALPHABET, condition=8).eval()


@NEEDS_KERNELS
@torch.no_grad()
@pytest.mark.parametrize("form", ["fp32", "bf16", "int8"])
@pytest.mark.parametrize(("pooling", "window"), [("f", 1), ("fo", 2), ("ifo", 3)])
def test_it_goes_on_as_the_rounded_writer_does(pooling: Pooling, window: int, form: WeightForm) -> None:
    writer = small(pooling=pooling, window=window)
    round_weights(writer, form)
    fast = streaming(writer, form)
    assert isinstance(fast, StreamingQRNN)
    prompt_LB, condition_BC = torch.tensor([[0], [7], [3]]), torch.randn(1, 8)
    rtol, atol = (1e-3, 5e-4) if form == "int8" else (1e-4, 1e-5)  # its products take inputs of 14 bits
    state, fast_state = (one(prompt_LB, one.begin(condition_BC, 1)).state for one in (writer, fast))
    for token in (5, 9, 2):
        logits_BV, state = writer.advance(torch.tensor([token]), state)
        fast_BV, fast_state = fast.advance(torch.tensor([token]), fast_state)
        torch.testing.assert_close(fast_BV, logits_BV, rtol=rtol, atol=atol)
    for one, other in zip(tensors_of(fast_state), tensors_of(state), strict=True):
        torch.testing.assert_close(one, other, rtol=rtol, atol=atol)


@NEEDS_KERNELS
@torch.no_grad()
def test_several_texts_advance_as_one_does() -> None:
    writer = small()
    fast, conditions_BC = streaming(writer), torch.randn(3, 8)
    together_BV, _ = fast.advance(torch.tensor([4, 5, 6]), fast.begin(conditions_BC, 3))
    for row in range(3):
        alone_BV, _ = fast.advance(torch.tensor([4 + row]), fast.begin(conditions_BC[row : row + 1], 1))
        torch.testing.assert_close(alone_BV[0], together_BV[row])


def test_what_the_step_does_not_know_stays_itself() -> None:
    lstm = LSTMWriter(LSTMWriterConfig(width=8, embedding=6), ALPHABET)
    attentive = QRNNWriter(QRNNWriterConfig(width=8, embedding=6, attention=True), ALPHABET, condition=8)
    for writer in (lstm, attentive, small().double()):
        assert streaming(writer) is writer

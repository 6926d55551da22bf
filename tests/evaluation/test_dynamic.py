"""A model measured while it learns. L length, B batch, S last tokens, V vocabulary."""

from collections.abc import Iterator

import pytest
import torch
from torch import Tensor

from octavo.evaluation.dynamic import Piece, as_it_is, while_learning
from octavo.interfaces import Alphabet, Batch, State, Writer, detach_state
from octavo.training.dynamic import DynamicConfig, Dynamics, GradientSizes
from octavo.writers.lstm import LSTMWriter, LSTMWriterConfig
from octavo.writers.qrnn import QRNNWriter, QRNNWriterConfig

ALPHABET = Alphabet(5, 0)
CPU = torch.device("cpu")
REPETITIVE = torch.tensor([1, 2, 3, 4] * 40)[:, None]
SEGMENT = 8


def writer_of(kind: str) -> Writer:
    torch.manual_seed(2)
    if kind == "lstm":
        return LSTMWriter(LSTMWriterConfig(width=12, embedding=6), ALPHABET).eval()
    return QRNNWriter(QRNNWriterConfig(width=12, embedding=6), ALPHABET).eval()


def pieces(text_L1: Tensor) -> Iterator[Piece]:
    previous_B = torch.zeros(1, dtype=torch.long)
    for begin in range(0, len(text_L1), SEGMENT):
        segment_L1 = text_L1[begin : begin + SEGMENT]
        yield Piece(Batch(segment_L1, torch.tensor([len(segment_L1)]), previous_B, continues=begin > 0), SEGMENT)
        previous_B = segment_L1[-1]


def nats_of(kind: str, text_L1: Tensor, config: DynamicConfig | None) -> Tensor:
    """Every token's nats, from a model that learns by this rule or not at all."""
    writer = writer_of(kind)

    def expect(batch: Batch, last: int, carry: State) -> tuple[Tensor, State]:
        state = writer.begin(None, 1) if carry is None else carry
        written = writer(batch.inputs_LB, state)
        return writer.head(written.states_LBD[-last:]), detach_state(written.state)

    if config is None:
        return torch.cat(list(as_it_is(expect, pieces(text_L1), CPU)))
    sizes = GradientSizes(writer)
    for _ in while_learning(expect, pieces(text_L1[:40]), sizes.learn, CPU):
        pass
    learn = Dynamics(writer, config, sizes.sizes()).learn
    return torch.cat(list(while_learning(expect, pieces(text_L1), learn, CPU)))


RULES = {
    "sgd": DynamicConfig(rule="sgd", rate=2.0),
    "rms": DynamicConfig(rule="rms", rate=0.01),
    "rms with decay": DynamicConfig(rule="rms", rate=0.01, decay=0.01),
}
RULE = pytest.mark.parametrize("config", RULES.values(), ids=RULES.keys())
KIND = pytest.mark.parametrize("kind", ["lstm", "qrnn"])


@KIND
@RULE
def test_it_never_looks_ahead(kind: str, config: DynamicConfig) -> None:
    """Another future, from the middle of a segment on, leaves what came before it as it was, to the bit."""
    changed_L1 = REPETITIVE.clone()
    changed_L1[44:] = (changed_L1[44:] + 1) % 5
    one_L1, other_L1 = nats_of(kind, REPETITIVE, config), nats_of(kind, changed_L1, config)
    assert torch.equal(one_L1[:44], other_L1[:44])
    assert (one_L1[44:] != other_L1[44:]).all()


@KIND
@RULE
def test_it_learns_what_repeats(kind: str, config: DynamicConfig) -> None:
    fixed_L1, learned_L1 = nats_of(kind, REPETITIVE, None), nats_of(kind, REPETITIVE, config)
    assert torch.equal(learned_L1[:SEGMENT], fixed_L1[:SEGMENT]), "nothing is learned before it is scored"
    assert learned_L1[-SEGMENT:].mean() < 0.8 * fixed_L1[-SEGMENT:].mean()

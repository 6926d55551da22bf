"""Shapes: L length, B batch, D features."""

import pytest
import torch

from octavo.interfaces import Alphabet, Writer
from octavo.training.compiling import compile_layers
from octavo.writers import build_writer
from octavo.writers.lstm import LSTMWriterConfig
from octavo.writers.transformer import ModernTransformerWriterConfig


def gradients(writer: Writer, tokens_LB: torch.Tensor) -> list[torch.Tensor]:
    writer.zero_grad()
    states_LBD = writer(tokens_LB, writer.begin(None, tokens_LB.shape[1])).states_LBD
    states_LBD.square().sum().backward()
    return [states_LBD.detach(), *(weight.grad for weight in writer.parameters() if weight.grad is not None)]


# Dynamo looks at what is no leaf; it is none of ours.
@pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor that is not a leaf")
def test_compiled_layers_compute_the_same_under_the_same_names() -> None:
    config = ModernTransformerWriterConfig(width=8, layers=2, heads=2, filter=12, context=6, dropout=0.0)
    writer = build_writer(config, Alphabet(11, 0))
    tokens_LB, names = torch.randint(11, (6, 2)), [name for name, _ in writer.named_parameters()]
    plain = gradients(writer, tokens_LB)
    compile_layers(writer, backend="aot_eager")
    torch.testing.assert_close(gradients(writer, tokens_LB), plain)
    assert [name for name, _ in writer.named_parameters()] == names


def test_a_model_without_such_layers_is_refused() -> None:
    with pytest.raises(ValueError, match="--compile is for a transformer's layers"):
        compile_layers(build_writer(LSTMWriterConfig(width=4, embedding=4), Alphabet(11, 0)))

"""Shapes: L length, B batch."""

from typing import Any

import pytest
import torch

from octavo.interfaces import Alphabet, Batch, Progress, TextModel
from octavo.models import build_model
from octavo.models.autoencoder import AutoencoderConfig
from octavo.models.language_model import LanguageModelConfig
from octavo.readers.lstm import LSTMReaderConfig
from octavo.readers.recursive import RecursiveReaderConfig
from octavo.readers.strided import StridedReaderConfig
from octavo.training.compiling import compile_parts
from octavo.writers.deconvolution import DeconvolutionWriterConfig
from octavo.writers.hybrid import HybridWriterConfig
from octavo.writers.lstm import LSTMWriterConfig
from octavo.writers.qrnn import QRNNWriterConfig
from octavo.writers.recursive import RecursiveWriterConfig
from octavo.writers.transformer import ModernTransformerWriterConfig

# Dynamo looks at what is no leaf, and makes an autograd function; neither is ours.
pytestmark = [
    pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor that is not a leaf"),
    pytest.mark.filterwarnings("ignore:.*should not be instantiated:DeprecationWarning"),
]

STRIDED = StridedReaderConfig(width=6, embedding=4, canvas=8, maps=(6,))
MODELS: dict[str, Any] = {
    "transformer": LanguageModelConfig(
        writer=ModernTransformerWriterConfig(width=8, layers=2, heads=2, filter=12, context=6)
    ),
    "qrnn": LanguageModelConfig(writer=QRNNWriterConfig(width=6, layers=1, embedding=4)),
    "lstm": LanguageModelConfig(writer=LSTMWriterConfig(width=6, embedding=4)),
    "hybrid": AutoencoderConfig(reader=STRIDED, writer=HybridWriterConfig(embedding=4, canvas=8, maps=(6,))),
    "recursive": AutoencoderConfig(
        reader=RecursiveReaderConfig(width=4, depth=2), writer=RecursiveWriterConfig(width=4, depth=2)
    ),
    "one shot": AutoencoderConfig(
        reader=LSTMReaderConfig(width=6, embedding=4), writer=DeconvolutionWriterConfig(canvas=8, maps=(6,))
    ),
}


def updates(model: TextModel) -> list[Any]:
    """What two windows that follow one another give: objectives, gradients, carries."""
    found, carry = [], None
    torch.manual_seed(1)
    for tokens_LB in torch.randint(1, 11, (2, 6, 3)):
        batch = Batch(tokens_LB, torch.full((3,), 6), tokens_LB[-1], continues=carry is not None)
        model.zero_grad()
        loss = model(batch, Progress(), carry)
        loss.objective.total.backward()
        carry = loss.carry
        found += [loss.objective.total.detach(), carry, *(weight.grad for weight in model.parameters())]
    return found


@pytest.mark.parametrize("kind", MODELS)
def test_a_compiled_model_gives_the_same_under_the_same_names(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As it does with CUDA graphs: each update is told of, and the carry shares no memory with what replays write."""
    torch.manual_seed(0)
    model, begun = build_model(MODELS[kind], Alphabet(11, 0, 0)), []
    monkeypatch.setattr(torch.compiler, "cudagraph_mark_step_begin", lambda: begun.append(kind))
    plain, names = updates(model), list(model.state_dict())
    torch._dynamo.utils.counters.clear()
    compile_parts(model, graphs=True, backend="aot_eager")
    torch.testing.assert_close(updates(model), plain)
    assert list(model.state_dict()) == names
    assert begun == [kind] * 2
    assert torch._dynamo.utils.counters["stats"]["unique_graphs"] > 0

"""Shapes: L length, B batch, D features, V vocabulary."""

from typing import Any, Literal

import pytest
import torch
from torch import nn

from octavo.bench import memory
from octavo.interfaces import Alphabet, Batch
from octavo.models.auxiliary import AuxiliaryConfig
from octavo.models.language_model import LanguageModel, LanguageModelConfig
from octavo.runs import parameters
from octavo.writers.transformer import ModernTransformerWriterConfig, TransformerWriter, TransformerWriterConfig
from tests.batches import DOCUMENTS, perturbed

BYTES = Alphabet(256, 10)
SMALL: dict[str, Any] = {"width": 8, "layers": 3, "heads": 2, "filter": 12}
PUBLISHED = TransformerWriterConfig(**SMALL, context=12)
MODERN = ModernTransformerWriterConfig(**SMALL, context=12)


@pytest.mark.parametrize(
    ("layers", "training", "inference"), [(12, 44_232_704, 41_212_160), (64, 235_339_776, 218_661_120)]
)
def test_t12_and_t64_have_the_papers_parameters(layers: int, training: int, inference: int) -> None:
    """44M and 41M, 235M and 219M (Table 1)."""
    config = LanguageModelConfig(
        writer=TransformerWriterConfig(layers=layers), auxiliary=AuxiliaryConfig(layers="drop", targets=2)
    )
    with torch.device("meta"):
        assert parameters(LanguageModel(config, BYTES)) == (training, inference)


def test_norms_before_have_one_more_before_the_output() -> None:
    with torch.device("meta"):
        after, before = (
            parameters(LanguageModel(LanguageModelConfig(writer=TransformerWriterConfig(norm=norm)), BYTES))
            for norm in ("after", "before")
        )
    assert before[1] - after[1] == 2 * 512


@pytest.mark.parametrize("config", [PUBLISHED, MODERN], ids=["published", "modern"])
def test_cached_tokens_are_those_of_the_whole_read_again(config: TransformerWriterConfig) -> None:
    torch.manual_seed(0)
    writer = TransformerWriter(config, DOCUMENTS).double().eval()
    token_B, state = torch.tensor([3, 5]), writer.begin(None, 2)
    written = [token_B]
    for _ in range(12):
        logits_BV, state = writer.advance(token_B, state)
        whole = writer(torch.stack(written), writer.begin(None, 2))
        torch.testing.assert_close(logits_BV, writer.head(whole.states_LBD[-1]).float())
        token_B = logits_BV.argmax(-1)
        written.append(token_B)


def test_learned_positions_end_with_the_context() -> None:
    writer = TransformerWriter(PUBLISHED, DOCUMENTS)
    state = writer(torch.zeros(12, 1, dtype=torch.long), writer.begin(None, 1)).state
    with pytest.raises(ValueError, match="a text of 13 tokens is more than the 12"):
        writer.advance(torch.zeros(1, dtype=torch.long), state)


def test_a_rolling_layer_sees_the_newest_of_its_context() -> None:
    config = ModernTransformerWriterConfig(**SMALL | {"layers": 1}, context=4)
    writer = TransformerWriter(config, DOCUMENTS).double().eval()
    inputs_LB = torch.randint(DOCUMENTS.size, (9, 2))
    before_LBD, after_LBD = (
        writer(text_LB, writer.begin(None, 2)).states_LBD for text_LB in (inputs_LB, perturbed(inputs_LB, 2))
    )
    assert (before_LBD != after_LBD).flatten(1).any(1).tolist() == [False] * 2 + [True] * 4 + [False] * 3


def test_a_rolling_state_holds_one_position_fewer_than_the_context() -> None:
    writer = TransformerWriter(ModernTransformerWriterConfig(**SMALL, context=4), DOCUMENTS)
    state = writer(torch.zeros(9, 2, dtype=torch.long), writer.begin(None, 2)).state
    assert state.place == 9
    assert [tuple(cache.keys_SBD.shape) for cache in state.caches] == [(3, 2, 8)] * 3


def test_of_a_layer_that_is_recomputed_little_is_kept() -> None:
    kept = []
    for recompute in (False, True):
        sizes = {"width": 64, "filter": 256, "layers": 6, "context": 128}
        config = TransformerWriterConfig(**sizes, recompute=recompute)
        model = LanguageModel(LanguageModelConfig(writer=config), BYTES).train()
        tokens_LB = torch.randint(256, (128, 1))
        batch = Batch(tokens_LB, torch.full((1,), 128), torch.zeros(1, dtype=torch.long))
        kept.append(memory.kept(model, batch))
    assert kept[1] < kept[0] / 3


def test_what_is_recomputed_is_the_same_dropout_included() -> None:
    found = []
    for recompute in (False, True):
        torch.manual_seed(0)
        writer = TransformerWriter(TransformerWriterConfig(**SMALL, dropout=0.3, recompute=recompute), DOCUMENTS)
        inputs_LB = torch.randint(DOCUMENTS.size, (9, 2))
        written = writer(inputs_LB, writer.begin(None, 2))
        total = torch.stack([*written.inner, written.states_LBD]).square().mul(torch.arange(8.0)).sum()
        total.backward()
        found.append([total, *(weight.grad for weight in writer.layers.parameters())])
        assert (written.state is None) == recompute
    for one, other in zip(*found, strict=True):
        torch.testing.assert_close(one, other)


@pytest.mark.parametrize("published", [True, False], ids=["published", "modern"])
@pytest.mark.parametrize("norm", ["before", "after"])
def test_a_stack_with_norms_before_ends_in_one(published: bool, norm: Literal["before", "after"]) -> None:
    config = (
        TransformerWriterConfig(**SMALL, norm=norm)
        if published
        else ModernTransformerWriterConfig(**SMALL, norm=norm, rms=False)
    )
    norms = [part for part in TransformerWriter(config, DOCUMENTS).modules() if isinstance(part, nn.LayerNorm)]
    assert len(norms) == 2 * 3 + (norm == "before")


def test_only_the_first_layer_has_a_wave() -> None:
    writer = TransformerWriter(TransformerWriterConfig(**SMALL, positions="sinusoidal"), DOCUMENTS)
    assert [layer.positions is not None for layer in writer.layers] == [True, False, False]


def test_heads_divide_the_width() -> None:
    with pytest.raises(ValueError, match="heads 3: they must divide the width, 8"):
        TransformerWriter(TransformerWriterConfig(width=8, heads=3), DOCUMENTS)

"""Shapes: L length, B batch, D features, V vocabulary."""

import itertools

import pytest
import torch

from octavo.data.codecs import Bytes
from octavo.generation.sampling import SamplingConfig, generate
from octavo.interfaces import Alphabet
from octavo.writers.hybrid import HybridWriter, HybridWriterConfig
from octavo.writers.tops import LSTMTopConfig, MaskedTopConfig
from tests.asking import assert_same, exactly
from tests.batches import DOCUMENTS, batch_of, perturbed

SHAPE = {"embedding": 6, "canvas": 5, "maps": (10, 12)}
LSTM = HybridWriterConfig(**SHAPE, top=LSTMTopConfig(width=8))


def conditions(count: int = 4) -> torch.Tensor:
    return torch.randn(count, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def hybrid(config: HybridWriterConfig = LSTM, alphabet: Alphabet = DOCUMENTS) -> HybridWriter:
    torch.manual_seed(0)
    return exactly(HybridWriter(config, alphabet, condition=3))


def test_the_plan_is_the_inner_activation_and_reads_no_token() -> None:
    writer, inputs_LB = hybrid(), batch_of([7] * 4).inputs_LB
    state = writer.begin(conditions(), 4)
    texts = inputs_LB, perturbed(inputs_LB, position=2)
    [before_LBD], [after_LBD] = (writer(text_LB, state).inner for text_LB in texts)
    assert writer.inner_widths == (before_LBD.shape[-1],)
    assert_same(before_LBD, after_LBD)
    assert_same(before_LBD, writer.plan(conditions(), 7)[:7])


@pytest.mark.parametrize("layers", [1, 3])
def test_a_masked_top_sees_the_plan_and_n_plus_1_tokens(layers: int) -> None:
    writer = hybrid(HybridWriterConfig(**SHAPE, top=MaskedTopConfig(width=16, layers=layers)))
    inputs_LB = batch_of([9] * 4).inputs_LB
    texts = inputs_LB, perturbed(inputs_LB, position=1)
    before_LBD, after_LBD = (writer(text_LB, writer.begin(conditions(), 4)).states_LBD for text_LB in texts)
    changed = (before_LBD != after_LBD).flatten(1).any(1).tolist()
    assert changed == [1 <= position <= 1 + layers for position in range(9)]


def test_the_probabilities_of_all_texts_sum_to_one_across_canvases() -> None:
    """That a text goes on beyond a canvas costs what its symbols cost, and nothing else is to be coded."""
    alphabet = Alphabet(3, 2, 2)
    writer = hybrid(HybridWriterConfig(embedding=4, canvas=2, maps=(5, 6), top=LSTMTopConfig(width=4)), alphabet)
    total = 0.0
    for length in range(1, 6):
        for text in itertools.product((0, 1), repeat=length - 1):
            total += probability(writer, [*text, 2])
    total += sum(probability(writer, list(text)) for text in itertools.product((0, 1), repeat=5))
    assert total == pytest.approx(1.0, abs=1e-9)


def probability(writer: HybridWriter, tokens: list[int]) -> float:
    inputs_L1 = torch.tensor([[2, *tokens[:-1]]]).T
    log_LV = writer.head(writer(inputs_L1, writer.begin(conditions(1), 1)).states_LBD)[:, 0].log_softmax(-1)
    return float(log_LV[torch.arange(len(tokens)), tokens].sum().exp().detach())


def test_greedy_texts_are_the_same_alone_and_side_by_side() -> None:
    writer, z_BC = hybrid().float(), 50 * conditions().float()
    greedy, nothing = SamplingConfig(do_sample=False, max_new_tokens=12), Bytes(documents=True).decode
    together = generate(writer, z_BC, [[]] * 4, DOCUMENTS, greedy, nothing)
    alone = [generate(writer, z_BC[[row]], [[]], DOCUMENTS, greedy, nothing)[0] for row in range(4)]
    assert together == alone
    assert len({tuple(one.ids) for one in together}) > 1


def test_without_a_vector_there_is_nothing_to_plan_from() -> None:
    with pytest.raises(ValueError, match="plans from a vector"):
        HybridWriter(LSTM, DOCUMENTS)

"""Shapes: L length, B batch, D features, N positions of all texts."""

import pytest
import torch

from octavo.writers.masked import MaskedStack, MaskedWriter, MaskedWriterConfig
from tests.asking import exactly
from tests.batches import DOCUMENTS, batch_of, perturbed


@pytest.mark.parametrize("layers", [1, 3, 8])
def test_n_layers_see_n_plus_1_tokens(layers: int) -> None:
    writer = exactly(MaskedWriter(MaskedWriterConfig(width=16, embedding=6, layers=layers), DOCUMENTS))
    inputs_LB = batch_of([12] * 4).inputs_LB
    texts = inputs_LB, perturbed(inputs_LB, position=1)
    before_LBD, after_LBD = (writer(text_LB, writer.begin(None, 4)).states_LBD for text_LB in texts)
    seen = [position for position in range(12) if (before_LBD != after_LBD).flatten(1).any(1)[position]]
    assert seen == [*range(1, 1 + layers + 1)]


def test_a_deep_stack_tells_positions_apart_before_it_has_learnt() -> None:
    """Where all states point the same way, nothing is learnt from what they read."""
    torch.manual_seed(0)
    stack = MaskedStack(16, 64, layers=10)
    states_LBD, _ = stack(torch.randn(40, 4, 16), stack.begin(4))
    states_ND = torch.nn.functional.normalize(states_LBD[10:].flatten(0, 1), dim=-1)
    alike_NN = states_ND @ states_ND.T
    assert alike_NN.mean() < 0.5

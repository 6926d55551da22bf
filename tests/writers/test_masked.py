import pytest

from octavo.writers.masked import MaskedWriter, MaskedWriterConfig
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

"""What convolutional writers write from kept states is what the whole text read again would give.

Shapes: L length, B batch, C condition, D features, V vocabulary.
"""

import pytest
import torch

from octavo.recipes.dilated_vae import DILATIONS
from octavo.writers import WriterConfig, build_writer
from octavo.writers.dilated import DilatedWriterConfig
from octavo.writers.masked import MaskedWriterConfig
from tests.batches import DOCUMENTS

TINY = {"width": 8, "embedding": 6}
WRITERS: dict[str, WriterConfig] = {
    **{f"{size}cnn": DilatedWriterConfig(**TINY, inner=6, dilations=DILATIONS[size]) for size in ("s", "l")},
    "masked": MaskedWriterConfig(**TINY, layers=5),
}


@pytest.mark.parametrize("name", WRITERS)
def test_cached_states_write_what_recomputation_writes(name: str) -> None:
    """Greedily, token for token: over more than twice what most of them see, and over less than the LCNN does."""
    torch.manual_seed(0)
    writer = build_writer(WRITERS[name], DOCUMENTS, 2).double().eval()
    condition_BC = torch.randn(5, 2, dtype=torch.double)
    inputs_LB, state = torch.full((1, 5), DOCUMENTS.begin), writer.begin(condition_BC, 5)
    for _ in range(40):
        kept = writer(inputs_LB[-1:], state)
        whole_LBD = writer(inputs_LB, writer.begin(condition_BC, 5)).states_LBD
        assert kept.states_LBD.dtype == torch.double
        torch.testing.assert_close(kept.states_LBD, whole_LBD[-1:], rtol=0, atol=1e-12)
        logits_BV, state = writer.advance(inputs_LB[-1], state)
        assert torch.equal(logits_BV.argmax(-1), writer.head(whole_LBD[-1]).argmax(-1))
        torch.testing.assert_close(state, kept.state)
        inputs_LB = torch.cat([inputs_LB, logits_BV.argmax(-1)[None]])
    assert len({tuple(text) for text in inputs_LB.T.tolist()}) > 1

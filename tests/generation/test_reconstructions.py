"""Vectors written out as texts, token by token and at once. Shapes: L length, B batch, V vocabulary."""

import pytest
import torch
from torch import Tensor

from octavo.generation.reconstructions import longest_reconstruction, write_back
from octavo.generation.sampling import SamplingConfig, generate
from octavo.interfaces import OneShot
from octavo.writers.lstm import LSTMWriter, LSTMWriterConfig
from tests.asking import exactly
from tests.batches import DOCUMENTS

LEVELS = [3, 6, 3, 1]
CONDITION_BZ = torch.randn(len(LEVELS), 5, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


class Stamp(OneShot):
    """Position t of a text is round(z_0) + t, whatever its level."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[int, int]] = []

    def decode(self, condition_BD: Tensor, length: int) -> Tensor:
        self.asked.append((len(condition_BD), length))
        ids_LB = condition_BD[:, 0].round().long() + torch.arange(length)[:, None]
        return torch.nn.functional.one_hot(ids_LB, DOCUMENTS.size).float()


def writer() -> LSTMWriter:
    torch.manual_seed(0)
    return exactly(LSTMWriter(LSTMWriterConfig(width=7, embedding=6), DOCUMENTS, condition=5))


def test_at_once_each_vector_is_written_at_its_own_level_with_those_alike() -> None:
    stamp = Stamp()
    written = write_back(stamp, torch.tensor([[0.0], [1.0], [2.0], [3.0]]), LEVELS, DOCUMENTS)
    assert written == [[0, 1, 2], [1, 2, 3, 4, 5, 6], [2, 3, 4], [3]]
    assert stamp.asked == [(1, 1), (2, 3), (1, 6)]


def test_one_beam_is_greed() -> None:
    ids = write_back(writer(), CONDITION_BZ, LEVELS, DOCUMENTS)
    options = SamplingConfig(max_new_tokens=longest_reconstruction(max(LEVELS)), do_sample=False)
    greedy = generate(writer(), CONDITION_BZ, [[]] * len(LEVELS), DOCUMENTS, options, lambda ids: b"")
    for found, wanted, level in zip(ids, greedy, LEVELS, strict=True):
        whole = [*wanted.ids, *[DOCUMENTS.end] * wanted.ended]
        assert found == whole[: longest_reconstruction(level)]


@pytest.mark.parametrize("beams", [1, 3])
def test_a_text_does_not_mind_its_companions(beams: int) -> None:
    together = write_back(writer(), CONDITION_BZ, LEVELS, DOCUMENTS, beams)
    alone = [
        write_back(writer(), CONDITION_BZ[[row]], [level], DOCUMENTS, beams)[0] for row, level in enumerate(LEVELS)
    ]
    assert together == alone

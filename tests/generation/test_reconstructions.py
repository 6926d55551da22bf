"""Vectors written out as texts, token by token and at once. Shapes: L length, B batch, V vocabulary."""

from typing import Any

import pytest
import torch
from torch import Tensor

from octavo.generation.reconstructions import GREEDY, longest_reconstruction, write_at_once, write_back
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
    first_B1 = torch.tensor([[0.0], [1.0], [2.0], [3.0]])
    written = write_at_once(stamp, first_B1, LEVELS, DOCUMENTS, GREEDY, range(4))
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


class Coin(OneShot):
    """Every position is id 1 or 2, of which the one is e^{z_0} times as likely as the other, and the rest never."""

    def decode(self, condition_BD: Tensor, length: int) -> Tensor:
        logits_LBV = torch.full((length, len(condition_BD), DOCUMENTS.size), -100.0)
        logits_LBV[..., 1], logits_LBV[..., 2] = condition_BD[:, 0], 0.0
        return logits_LBV


def test_at_once_each_position_is_drawn_by_its_own_chance_and_its_texts() -> None:
    """e^{ln 3} is three times as likely: 3/4 of the positions; at a temperature of ½, nine times: 9/10."""
    levels, odds_B1 = [4000, 2000, 4000], torch.full((3, 1), 3.0).log()

    def drawn(numbers: list[int], **options: Any) -> list[list[int]]:
        rows = [numbers.index(number) for number in sorted(numbers)]
        chosen = write_at_once(
            Coin(), odds_B1[rows], [levels[number] for number in numbers], DOCUMENTS, SamplingConfig(**options), numbers
        )
        return [chosen[row] for row in rows]

    first, second, third = drawn([0, 1, 2])
    for ids, share in ((first, 0.75), (third, 0.75), (drawn([0], temperature=0.5)[0], 0.9)):
        assert set(ids) == {1, 2}
        assert ids.count(1) / len(ids) == pytest.approx(share, abs=0.03)
    assert first != third
    assert [first, second, third] == drawn([2, 0, 1]) != drawn([0, 1, 2], seed=1)
    assert drawn([1]) == [second]
    assert set(drawn([0], top_k=1)[0]) == {1}

"""Texts with some of their tokens replaced. Shapes: L length, B batch."""

from collections.abc import Callable

import numpy as np
import pytest
import torch

from octavo.data.batching import Batches, DocumentsConfig, PairsConfig
from octavo.data.codecs import Bytes
from octavo.data.mutation import mutated
from octavo.data.store import Store
from octavo.interfaces import Alphabet, Batch
from tests.batches import DOCUMENTS, batch_of

MakeStore = Callable[..., Store]
BYTES = Bytes(documents=True).alphabet
TEXTS = [bytes(range(number, number + 40)) for number in range(64)]


def by_chance(count: int) -> list[np.random.Generator]:
    return [np.random.default_rng(number) for number in range(count)]


def changed_LB(batch: Batch) -> torch.Tensor:
    assert batch.source is not None
    return batch.source.tokens_LB != batch.tokens_LB


def test_at_0_nothing_and_at_1_all_but_the_ends_is_another() -> None:
    batch = batch_of([7, 1, 4])
    ends_LB = (batch.tokens_LB == DOCUMENTS.end) | ~batch.valid_LB
    same, other = (mutated(batch, DOCUMENTS, [share] * 3, by_chance(3)) for share in (0.0, 1.0))
    assert torch.equal(same.tokens_LB, batch.tokens_LB)
    assert torch.equal(other.tokens_LB == batch.tokens_LB, ends_LB)


@pytest.mark.parametrize("alphabet", [Alphabet(6, 5, 5), Alphabet(6, 5, 0), Alphabet(5, 4)])
def test_a_replacement_is_any_other_id_equally_often(alphabet: Alphabet) -> None:
    truth, draws = 2, 8000
    batch = Batch(torch.full((draws, 1), truth), torch.tensor([draws]), torch.tensor([alphabet.begin]))
    counts = mutated(batch, alphabet, [1.0], by_chance(1)).tokens_LB.flatten().bincount(minlength=alphabet.size)
    outside = {truth} if alphabet.end is None else {truth, alphabet.begin, alphabet.end}
    others = [number for number in range(alphabet.size) if number not in outside]
    assert {number for number in range(alphabet.size) if counts[number]} == set(others)
    expected = draws / len(others)
    assert all(abs(int(counts[number]) - expected) < 5 * expected**0.5 for number in others)


def test_each_text_has_a_share_of_its_own(make_store: MakeStore) -> None:
    batch = Batches(make_store(TEXTS), DocumentsConfig(batch=64), BYTES, seed=0, mutate=1.0).batch(0)
    shares_B = changed_LB(batch)[:40].float().mean(0)
    assert 0.4 < float(shares_B.mean()) < 0.6
    assert float(shares_B.min()) < 0.1 < 0.9 < float(shares_B.max())
    half = Batches(make_store(TEXTS), DocumentsConfig(batch=64), BYTES, seed=0, mutate=0.5).batch(0)
    assert 0.15 < float(changed_LB(half)[:40].float().mean()) < 0.35


def test_the_text_itself_stays_clean_and_its_end_whole(make_store: MakeStore) -> None:
    plain = Batches(make_store(TEXTS), DocumentsConfig(batch=64), BYTES, seed=3).batch(5)
    batch = Batches(make_store(TEXTS), DocumentsConfig(batch=64), BYTES, seed=3, mutate=1.0).batch(5)
    assert torch.equal(batch.tokens_LB, plain.tokens_LB)
    assert plain.source is None
    assert batch.source is not None
    assert torch.equal(batch.source.lengths_B, batch.lengths_B)
    assert set(batch.source.tokens_LB[-1].tolist()) == {BYTES.end}


def test_it_is_a_function_of_seed_and_step_however_many_ranks_share_it(make_store: MakeStore) -> None:
    batches, others = (
        Batches(make_store(TEXTS), DocumentsConfig(batch=8), BYTES, seed=seed, mutate=1.0) for seed in (0, 1)
    )
    whole = batches.batch(2).source
    assert whole is not None
    for rank in range(3):
        part = batches.batch(2, rank, 3).source
        assert part is not None
        assert torch.equal(part.tokens_LB, whole.tokens_LB[:, rank::3])
    assert not torch.equal(changed_LB(batches.batch(2)), changed_LB(batches.batch(2 + batches.steps_per_epoch)))
    assert not torch.equal(changed_LB(batches.batch(2)), changed_LB(others.batch(2)))


def test_a_text_with_another_source_is_not_its_own(make_store: MakeStore) -> None:
    batches = Batches(make_store([(b"a", b"b")] * 4), PairsConfig(batch=2), BYTES, seed=0, mutate=0.5)
    with pytest.raises(ValueError, match=r"data\.mutate makes each text its own source"):
        batches.batch(0)

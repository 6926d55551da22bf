from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest
import torch

from octavo.data.batching import Batches, in_order
from octavo.data.codecs import Escaped
from octavo.data.samples import Samples, SamplesConfig, anywhere, histogram, levels_of, stretch
from octavo.data.store import Store

MakeStore = Callable[..., Store]
CODEC = Escaped(documents=True)
# 60 texts of 3 tokens, 30 of 7, 10 of 30, the end included: levels 0, 1 and 3.
TEXTS = [b"ab"] * 60 + [b"abcdef"] * 30 + ["苹".encode() * 9 + b"ab"] * 10


def samples(make_store: MakeStore, texts: list[bytes], longest: int = 64) -> Samples:
    config = SamplesConfig(batch=4, longest=longest)
    return Samples(make_store(texts, CODEC), config, CODEC.alphabet, seed=0, inside=CODEC.inside)


def test_a_batch_holds_one_level_and_levels_come_as_often_as_their_documents(make_store: MakeStore) -> None:
    plan, seen = samples(make_store, TEXTS), Counter[int]()
    for step in range(2000):
        [level] = set(levels_of(plan.batch(step, slice(None)).lengths_B.numpy(), 4).tolist())
        seen[level] += 1
    assert plan.histogram.tolist() == [60, 30, 0, 10]
    for level, share in {0: 0.6, 1: 0.3, 3: 0.1}.items():
        assert seen[level] / 2000 == pytest.approx(share, abs=4 * (share * (1 - share) / 2000) ** 0.5)


def test_every_document_of_a_level_is_drawn_as_often(make_store: MakeStore) -> None:
    plan, seen = samples(make_store, TEXTS[60:]), Counter[int]()
    for step in range(1000):
        documents_B = plan.batch(step, slice(None)).documents_B
        assert documents_B is not None
        seen.update(documents_B.tolist())
    counts = np.array([seen[document] for document in range(40)])
    assert counts.sum() == 4000
    assert ((counts - 100) ** 2 / 100).sum() < 39 + 6 * (2 * 39) ** 0.5  # chi-squared, in batches of one level


def test_ranks_share_the_draws_of_one_process(make_store: MakeStore) -> None:
    store = make_store(TEXTS, CODEC)
    batches = Batches(store, SamplesConfig(batch=4), CODEC.alphabet, seed=3, inside=CODEC.inside)
    whole, parts = batches.batch(5), [batches.batch(5, rank, 2) for rank in range(2)]
    for rank, part in enumerate(parts):
        assert torch.equal(part.lengths_B, whole.lengths_B[rank::2])
        assert torch.equal(part.tokens_LB, whole.tokens_LB[: len(part.tokens_LB), rank::2])


def test_of_a_long_document_any_stretch_is_read_between_characters(make_store: MakeStore) -> None:
    text = "a苹b🍎é".encode() * 20
    plan, starts = samples(make_store, [text], longest=32), set()
    for step in range(50):
        batch = plan.batch(step, slice(None))
        for column, length in enumerate(batch.lengths_B.tolist()):
            ids = batch.tokens_LB[:length, column].tolist()
            assert ids[-1] == CODEC.alphabet.end
            spoken = CODEC.decode(ids)
            assert 32 - 2 * 4 <= length <= 32
            assert spoken.decode() in text.decode()
            starts.add(text.index(spoken))
    assert len(starts) > 3
    assert plan.counts == {"longer than 32 tokens: random stretches of them": 1}


def test_a_histogram_counts_lengths_by_powers_of_two(make_store: MakeStore) -> None:
    assert histogram(make_store(TEXTS, CODEC), None) == (0, 0, 60, 30, 0, 10)
    assert histogram(make_store(TEXTS, CODEC), 8) == (0, 0, 60, 40)


def test_where_nothing_but_the_middle_of_characters_is_a_stretch_is_cut_anyhow() -> None:
    ids_L = np.array([0x80] * 20 + [0], np.uint8)
    assert stretch(ids_L, 3, 8, CODEC.inside).tolist() == [0x80] * 7 + [0]
    assert stretch(np.arange(9), 2, 4, anywhere).tolist() == [2, 3, 4, 8]


def test_what_is_longer_is_left_out_of_a_look_at_all(make_store: MakeStore) -> None:
    config = SamplesConfig(longest=16)
    batches = list(in_order(make_store(TEXTS, CODEC), config, CODEC.alphabet, rows=8))
    assert sum(len(batch.lengths_B) for batch in batches) == 90

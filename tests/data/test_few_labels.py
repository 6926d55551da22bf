"""Shapes: N documents, B batch."""

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from octavo.data.batching import Batches, in_order
from octavo.data.codecs import Bytes
from octavo.data.documents import DocumentsConfig
from octavo.data.few_labels import balanced
from octavo.data.pieces import Piece
from octavo.data.store import Store, write_store
from octavo.interfaces import Batch

ALPHABET = Bytes(documents=True).alphabet
LABELS = ["news", "sport", None, "news", "sport", "sport", "news", "news", "sport"] * 5


@pytest.fixture
def store(tmp_path: Path) -> Store:
    pieces = [
        Piece(bytes([97 + number % 26]) * (1 + number * 5 % 9), True, label) for number, label in enumerate(LABELS)
    ]
    return write_store(tmp_path / "store", pieces, Bytes(documents=True))


def epoch_of(store: Store, **fields: Any) -> tuple[list[Batch], Batches]:
    batches = Batches(store, DocumentsConfig(batch=4, bucket=2, **fields), ALPHABET, seed=0)
    return [batches.batch(step) for step in range(batches.steps_per_epoch)], batches


def known_documents(batches: list[Batch]) -> Counter[int]:
    seen: Counter[int] = Counter()
    for batch in batches:
        assert batch.documents_B is not None
        assert batch.labels_B is not None
        seen.update(batch.documents_B[batch.labels_B >= 0].tolist())
    return seen


def test_a_choice_is_balanced_fixed_by_its_seed_and_lies_in_larger_ones() -> None:
    labels_N = np.array([0, 1, 2] * 20 + [-1] * 5)
    chosen = {count: balanced(labels_N, count, seed=3) for count in (6, 7, 30)}
    assert np.bincount(labels_N[chosen[6]]).tolist() == [2, 2, 2]
    assert sorted(np.bincount(labels_N[chosen[7]]).tolist()) == [2, 2, 3]
    assert set(chosen[6]) < set(chosen[7]) < set(chosen[30])
    assert np.array_equal(balanced(labels_N, 30, seed=3), chosen[30])
    assert not np.array_equal(balanced(labels_N, 30, seed=4), chosen[30])


@pytest.mark.parametrize("count", [10, 9, 1])
def test_what_cannot_be_balanced_is_refused(count: int) -> None:
    with pytest.raises(ValueError, match=f"labels {count}: 2 classes, the smallest of 3 documents, .*; ask for 2 to 6"):
        balanced(np.array([0] * 20 + [1] * 3), count, seed=0)


def test_the_few_are_chosen_among_the_documents_that_are_kept(store: Store) -> None:
    lengths_N = np.diff(store.offsets)
    assert (lengths_N > 7).any()
    epoch, batches = epoch_of(store, labels=10, longest=7, too_long="drop")
    seen = known_documents(epoch)
    assert store.labels is not None
    assert Counter(store.labels[number] for number in seen) == {0: 5, 1: 5}
    assert lengths_N[[*seen]].max() <= 7
    assert batches.counts == {"longer than 7 tokens": int((lengths_N > 7).sum())}
    beside, _ = epoch_of(store, labels=10, unlabelled=True, longest=7, too_long="drop")
    assert known_documents(beside).keys() == seen.keys()


def test_labels_that_are_all_dropped_are_told(tmp_path: Path) -> None:
    pieces = [Piece(b"a" * length, True, label) for length, label in ((9, "x"), (8, "y"), (2, None), (1, None))]
    store = write_store(tmp_path / "long", pieces, Bytes(documents=True))
    with pytest.raises(ValueError, match=r"longest 4: every document that has a label is longer, .*: raise it"):
        epoch_of(store, unlabelled=True, longest=4, too_long="drop")
    with pytest.raises(ValueError, match=r"labels 2: .* of 0 documents, .*; raise data\.batching\.longest"):
        epoch_of(store, labels=2, longest=9, too_long="drop")


def known_beside_hidden(batch: Batch) -> list[set[int]]:
    assert batch.documents_B is not None
    assert batch.labels_B is not None
    return [set(batch.documents_B[of_side].tolist()) for of_side in (batch.labels_B >= 0, batch.labels_B < 0)]


def test_where_all_have_labels_a_step_still_holds_two_choices(tmp_path: Path) -> None:
    pieces = [Piece(b"text", True, "even" if number % 2 else "odd") for number in range(64)]
    store = write_store(tmp_path / "all", pieces, Bytes(documents=True))
    for labels in (None, 64, 60):
        epoch, _ = epoch_of(store, labels=labels, unlabelled=True)
        halves = [known_beside_hidden(batch) for batch in epoch]
        shared = sum(len(known & hidden) for known, hidden in halves)
        assert shared < 16, "two draws of 4 of 64 share a document in 4 steps of 16"
        again, _ = epoch_of(store, labels=labels, unlabelled=True)
        assert halves == [known_beside_hidden(batch) for batch in again]


def test_the_few_alone(store: Store) -> None:
    epoch, batches = epoch_of(store, labels=6)
    seen = known_documents(epoch)
    assert len(epoch) == 2
    assert sorted(seen.values()) == [1] * 6
    assert store.labels is not None
    assert Counter(store.labels[number] for number in seen) == {0: 3, 1: 3}
    assert all(batch.weights_B is None for batch in epoch)
    other, _ = epoch_of(store, labels=6, labels_seed=2)
    assert known_documents(other).keys() != seen.keys()
    assert batches.counts == {}


def test_the_few_beside_all(store: Store) -> None:
    epoch, batches = epoch_of(store, labels=6, unlabelled=True)
    hidden: Counter[int] = Counter()
    for batch in epoch:
        assert batch.labels_B is not None
        assert batch.documents_B is not None
        assert batch.weights_B is not None
        known_B = batch.labels_B >= 0
        hidden.update(batch.documents_B[~known_B].tolist())
        assert known_B.sum() in (3, 4)
        assert torch.equal(batch.weights_B[known_B], torch.ones(int(known_B.sum())))
        assert batch.weights_B[~known_B].sum() == pytest.approx(int(known_B.sum()))
        for column, number in enumerate(batch.documents_B.tolist()):
            length = int(batch.lengths_B[column])
            assert batch.tokens_LB[:length, column].tolist() == store.document(number).tolist()
            assert (batch.tokens_LB[length:, column] == ALPHABET.begin).all()
    assert hidden == Counter(range(len(LABELS)))
    assert len(known_documents(epoch)) == 6
    assert batches.steps_per_epoch == 12


def test_ranks_share_a_batch(store: Store) -> None:
    _, batches = epoch_of(store, labels=6, unlabelled=True)
    whole, parts = batches.batch(1), [batches.batch(1, rank, 2) for rank in range(2)]
    assert whole.documents_B is not None
    for rank, part in enumerate(parts):
        assert part.documents_B is not None
        assert torch.equal(part.documents_B, whole.documents_B[rank::2])
        assert torch.equal(part.tokens_LB, whole.tokens_LB[:, rank::2])


def test_measuring_sees_every_label(store: Store) -> None:
    batches = list(in_order(store, DocumentsConfig(labels=6, unlabelled=True), ALPHABET, rows=5))
    assert len(known_documents(batches)) == sum(label is not None for label in LABELS)


def test_few_labels_need_labels(tmp_path: Path) -> None:
    plain = write_store(tmp_path / "plain", [Piece(b"a", True)], Bytes(documents=True))
    with pytest.raises(ValueError, match=r"data\.batching\.labels needs labels"):
        epoch_of(plain, labels=2)

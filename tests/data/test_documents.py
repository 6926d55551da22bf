from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
import torch

from octavo.data.batching import Batches, in_order
from octavo.data.codecs import Bytes
from octavo.data.documents import TOKENS, DocumentsConfig, PairsConfig
from octavo.data.pieces import Piece
from octavo.data.store import Store, write_store
from octavo.interfaces import Batch

MakeStore = Callable[..., Store]
ALPHABET = Bytes(documents=True).alphabet
TEXTS = [bytes([97 + number % 26]) * (1 + number * 7 % 11) for number in range(53)]


def epoch_of(batches: Batches, epoch: int = 0) -> list[Batch]:
    steps = batches.steps_per_epoch
    return [batches.batch(step) for step in range(epoch * steps, (epoch + 1) * steps)]


def numbers(batches: list[Batch]) -> list[int]:
    return [number for batch in batches if batch.documents_B is not None for number in batch.documents_B.tolist()]


def check_holds_its_documents(batch: Batch, store: Store) -> None:
    assert batch.documents_B is not None
    for column, number in enumerate(batch.documents_B.tolist()):
        length = int(batch.lengths_B[column])
        assert batch.tokens_LB[:length, column].tolist() == store.document(number).tolist()
        assert (batch.tokens_LB[length:, column] == ALPHABET.begin).all()
    assert (batch.previous_B == ALPHABET.begin).all()
    assert len(batch.tokens_LB) == batch.lengths_B.max()


@pytest.mark.parametrize(("batch", "bucket"), [(1, 1), (4, 3), (8, 2), (53, 1), (100, 5)])
def test_an_epoch_holds_every_document_once(batch: int, bucket: int, make_store: MakeStore) -> None:
    store = make_store(TEXTS)
    batches = Batches(store, DocumentsConfig(batch=batch, bucket=bucket), ALPHABET, seed=3)
    for epoch in (0, 1):
        seen = epoch_of(batches, epoch)
        assert sorted(numbers(seen)) == list(range(len(TEXTS)))
        for one in seen:
            check_holds_its_documents(one, store)


def test_sizes_differ_by_one_at_most(make_store: MakeStore) -> None:
    sizes = {len(one.lengths_B) for one in epoch_of(Batches(make_store(TEXTS), DocumentsConfig(batch=26), ALPHABET, 0))}
    assert sizes == {17, 18}


def test_epochs_and_seeds_have_their_own_order(make_store: MakeStore) -> None:
    store = make_store(TEXTS)
    one, other = (Batches(store, DocumentsConfig(batch=4), ALPHABET, seed) for seed in (1, 2))
    orders = {tuple(numbers(epoch_of(batches, epoch))) for batches in (one, other) for epoch in (0, 1)}
    assert len(orders) == 4


def test_a_step_gives_the_same_whatever_was_asked_before(make_store: MakeStore) -> None:
    store = make_store(TEXTS)
    batches = Batches(store, DocumentsConfig(batch=4, bucket=2), ALPHABET, seed=1)
    forth = [batches.batch(step).tokens_LB for step in range(30)]
    back = [batches.batch(step).tokens_LB for step in reversed(range(30))]
    assert all(torch.equal(one, other) for one, other in zip(forth, reversed(back), strict=True))


def test_sorting_inside_chunks_saves_padding(make_store: MakeStore) -> None:
    store = make_store(TEXTS)
    padded = {}
    for bucket in (1, 13):
        batches = epoch_of(Batches(store, DocumentsConfig(batch=4, bucket=bucket), ALPHABET, seed=1))
        padded[bucket] = sum(one.tokens_LB.numel() for one in batches)
    assert padded[13] < 0.8 * padded[1]


def test_long_documents_are_cut_and_counted(make_store: MakeStore) -> None:
    batches = Batches(make_store([b"abcdef", b"ab"]), DocumentsConfig(batch=2, longest=3), ALPHABET, seed=0)
    batch = batches.batch(0)
    texts = {tuple(batch.tokens_LB[:, column].tolist()) for column in range(2)}
    assert texts == {tuple(b"abc"), (*b"ab", ALPHABET.end)}
    assert batches.counts == {"cut to 3 tokens": 1}


def test_long_documents_are_dropped_if_asked(make_store: MakeStore) -> None:
    store = make_store([b"ab", b"abcdef", b"a"])
    config = DocumentsConfig(batch=2, longest=3, too_long="drop")
    batches = Batches(store, config, ALPHABET, seed=0)
    assert sorted(numbers(epoch_of(batches))) == [0, 2]
    assert batches.counts == {"longer than 3 tokens": 1}
    assert numbers(list(in_order(store, config, ALPHABET, rows=2))) == [2, 0]
    with pytest.raises(ValueError, match="every document has more than longest = 1"):
        Batches(store, DocumentsConfig(longest=1, too_long="drop"), ALPHABET, seed=0)


@pytest.mark.parametrize("rows", [1, 4, 100])
def test_in_order_holds_every_document_once(rows: int, make_store: MakeStore) -> None:
    store = make_store(TEXTS)
    batches = list(in_order(store, DocumentsConfig(bucket=3), ALPHABET, rows))
    assert sorted(numbers(batches)) == list(range(len(TEXTS)))
    assert max(len(batch.lengths_B) for batch in batches) <= rows
    for batch in batches:
        check_holds_its_documents(batch, store)


def test_a_long_document_comes_in_windows_that_continue_each_other(make_store: MakeStore) -> None:
    store = make_store([b"ab", b"a longer document", b"not so long"])
    batches = list(in_order(store, DocumentsConfig(), ALPHABET, rows=3, window=5))
    assert [len(batch.tokens_LB) for batch in batches] == [5, 5, 5, 3]
    assert [batch.continues for batch in batches] == [False, True, True, True]
    rows = zip(*(zip(batch.tokens_LB.T, batch.lengths_B.tolist(), strict=True) for batch in batches), strict=True)
    for number, row in zip(numbers(batches[:1]), rows, strict=True):
        assert torch.cat([tokens[:length] for tokens, length in row]).tolist() == store.document(number).tolist()
    for before, batch in pairwise(batches):
        goes_on_B = batch.lengths_B > 0
        assert torch.equal(batch.previous_B[goes_on_B], before.tokens_LB[-1, goes_on_B])
        assert numbers([batch]) == numbers([before])


def test_fewer_documents_stand_side_by_side_where_they_are_long(make_store: MakeStore) -> None:
    store = make_store([b"a" * length for length in (3, TOKENS // 2 - 1, TOKENS // 2 - 1, TOKENS)])
    wide = list(in_order(store, DocumentsConfig(longest=None), ALPHABET, rows=20))
    assert [len(batch.lengths_B) for batch in wide] == [2, 1, 1]
    windows = in_order(store, DocumentsConfig(longest=None), ALPHABET, rows=20, window=8)
    assert len(next(windows).lengths_B) == 4


def test_labels_go_with_their_documents(tmp_path: Path) -> None:
    pieces = [Piece(text, True, label=chr(text[0])) for text in TEXTS]
    store = write_store(tmp_path / "s", pieces, Bytes(documents=True))
    batch = Batches(store, DocumentsConfig(batch=8), ALPHABET, seed=0).batch(2)
    assert batch.labels_B is not None
    assert [ord(store.label_names[label]) for label in batch.labels_B] == batch.tokens_LB[0].tolist()


def test_pairs_keep_together(make_store: MakeStore) -> None:
    pairs = [(text, text.upper() * 2) for text in TEXTS]
    batches = Batches(make_store(pairs), PairsConfig(batch=8), ALPHABET, seed=0)
    seen = epoch_of(batches)
    assert sorted(numbers(seen)) == list(range(len(TEXTS)))
    for batch in seen:
        assert batch.source is not None
        assert torch.equal(batch.source.tokens_LB[0], batch.tokens_LB[0] - 32)
        assert torch.equal(batch.source.lengths_B - 1, 2 * (batch.lengths_B - 1))


def test_pairs_need_another_side(make_store: MakeStore) -> None:
    with pytest.raises(ValueError, match=r"files\.other"):
        Batches(make_store(TEXTS), PairsConfig(), ALPHABET, seed=0)

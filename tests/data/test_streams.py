from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
import torch

from octavo.data.batching import Batches, in_order
from octavo.data.store import Store
from octavo.data.streams import StreamConfig, WindowsConfig
from octavo.interfaces import Alphabet, Batch

MakeStore = Callable[..., Store]
ALPHABET = Alphabet(256, 10)
TEXT = bytes(range(100, 123))  # 23 tokens, all different


def rows_of(batches: list[Batch]) -> list[bytes]:
    """What each row reads in all its windows."""
    texts = [b""] * len(batches[0].lengths_B)
    for batch in batches:
        for row, length in enumerate(batch.lengths_B.tolist()):
            texts[row] += bytes(batch.tokens_LB[:length, row].tolist())
    return texts


def check_windows_join(batches: list[Batch]) -> None:
    """Each window continues the one before, and knows the token before it."""
    for before, batch in pairwise(batches):
        assert batch.continues
        assert torch.equal(batch.previous_B, before.tokens_LB[-1])


def test_rows_are_contiguous_stretches_that_go_on(make_store: MakeStore) -> None:
    batches = Batches(make_store(TEXT), StreamConfig(batch=3, window=3), ALPHABET, seed=0)
    epoch = [batches.batch(step) for step in range(batches.steps_per_epoch)]
    assert rows_of(epoch) == [TEXT[:7], TEXT[7:14], TEXT[14:21]]
    assert [len(batch.tokens_LB) for batch in epoch] == [3, 3, 1]
    check_windows_join(epoch)
    assert not epoch[0].continues
    assert epoch[0].previous_B.tolist() == [10, TEXT[6], TEXT[13]]


def test_the_next_epoch_begins_anew(make_store: MakeStore) -> None:
    batches = Batches(make_store(TEXT), StreamConfig(batch=3, window=3), ALPHABET, seed=0)
    first, again = batches.batch(0), batches.batch(batches.steps_per_epoch)
    assert not again.continues
    assert torch.equal(first.tokens_LB, again.tokens_LB)


def test_a_batch_is_plain_long_tensors(make_store: MakeStore) -> None:
    batch = Batches(make_store(TEXT), StreamConfig(batch=2, window=4), ALPHABET, seed=0).batch(1)
    tensors = (batch.tokens_LB, batch.lengths_B, batch.previous_B, batch.documents_B)
    assert all(isinstance(tensor, torch.Tensor) and tensor.dtype == torch.int64 for tensor in tensors)
    assert batch.tokens_LB.is_contiguous()
    assert batch.documents_B is not None
    assert batch.documents_B.tolist() == [4, 15]


def test_more_rows_than_tokens_is_an_error_and_as_many_are_not(make_store: MakeStore) -> None:
    with pytest.raises(ValueError, match="23 tokens has no 24 rows: take a batch of at most 23"):
        Batches(make_store(TEXT), StreamConfig(batch=24), ALPHABET, seed=0)
    batch = Batches(make_store(TEXT), StreamConfig(batch=23), ALPHABET, seed=0).batch(5)
    assert batch.tokens_LB.tolist() == [list(TEXT)]


@pytest.mark.parametrize("text", [TEXT, b"x", b"xy"])
@pytest.mark.parametrize("rows", [1, 2, 5, 50])
@pytest.mark.parametrize("window", [1, 3, 4, 100])
def test_in_order_reads_every_token_once(text: bytes, rows: int, window: int, make_store: MakeStore) -> None:
    batches = list(in_order(make_store(text), StreamConfig(window=window), ALPHABET, rows))
    texts = rows_of(batches)
    assert b"".join(texts) == text
    assert max(map(len, texts)) - min(map(len, texts)) <= 1
    assert batches[0].previous_B[0] == 10
    assert max(len(batch.tokens_LB) for batch in batches) <= window
    check_windows_join([batch for batch in batches if batch.valid_LB.all()])


def test_in_order_fills_up_with_the_begin_id(make_store: MakeStore) -> None:
    *_, last = in_order(make_store(TEXT), StreamConfig(window=3), ALPHABET, rows=4)
    assert (last.tokens_LB[~last.valid_LB] == 10).all()
    assert not last.valid_LB.all()


def test_windows_are_stretches_of_the_text_anywhere(make_store: MakeStore) -> None:
    batches = Batches(make_store(TEXT), WindowsConfig(batch=4, window=5), ALPHABET, seed=1)
    starts = set()
    for step in range(200):
        batch = batches.batch(step)
        assert batch.documents_B is not None
        for row, start in enumerate(batch.documents_B.tolist()):
            assert bytes(batch.tokens_LB[:, row].tolist()) == TEXT[start : start + 5]
            assert batch.previous_B[row] == (TEXT[start - 1] if start else 10)
            starts.add(start)
    assert starts == set(range(len(TEXT) - 5 + 1))


def test_windows_apart_know_nothing_of_what_stood_before_them(make_store: MakeStore) -> None:
    store, config = make_store(TEXT), WindowsConfig(batch=4, window=5, apart=True)
    assert (Batches(store, config, ALPHABET, seed=1).batch(3).previous_B == ALPHABET.begin).all()
    found = [*in_order(store, config, ALPHABET, rows=3)]
    assert all((batch.previous_B == ALPHABET.begin).all() and not batch.continues for batch in found)
    windows = [batch.tokens_LB[:length, row] for batch in found for row, length in enumerate(batch.lengths_B)]
    assert bytes(torch.cat(windows).tolist()) == TEXT
    assert {len(window) for window in windows[:-1]} == {5}
    [some] = in_order(store, config, ALPHABET, rows=3, among=np.array([0, 2]))
    assert [bytes(some.tokens_LB[:, row].tolist()) for row in (0, 1)] == [TEXT[:5], TEXT[10:15]]


def test_windows_depend_on_seed_and_step_alone(make_store: MakeStore) -> None:
    store, config = make_store(bytes(range(256)) * 4), WindowsConfig(batch=8, window=2)
    first, again, other = (Batches(store, config, ALPHABET, seed).batch(3).tokens_LB for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_an_epoch_of_windows_is_as_long_as_the_text(make_store: MakeStore) -> None:
    batches = Batches(make_store(TEXT), WindowsConfig(batch=2, window=4), ALPHABET, seed=0)
    assert batches.steps_per_epoch == int(np.ceil(len(TEXT) / 8))


def test_a_text_shorter_than_a_window_is_one(make_store: MakeStore) -> None:
    batches = Batches(make_store(b"x"), WindowsConfig(batch=2, window=4), ALPHABET, seed=0)
    assert batches.batch(0).tokens_LB.tolist() == [[120, 120]]

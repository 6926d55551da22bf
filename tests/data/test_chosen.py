from collections.abc import Callable

from octavo.data.chosen import sample, sample_stretches
from octavo.data.codecs import Bytes
from octavo.data.store import Store

MakeStore = Callable[..., Store]
TEXTS = [bytes([97 + number % 26]) * (1 + number % 9) for number in range(60)]


def test_a_sample_is_short_enough_without_repeats_and_by_its_seed(make_store: MakeStore) -> None:
    store = make_store(TEXTS)
    some = [one.tolist() for one in sample(store, 20, longest=6)]
    assert len(some) == 20
    assert all(len(one) <= 6 for one in some)
    assert some == [one.tolist() for one in sample(store, 20, longest=6)]
    assert some[:5] == [one.tolist() for one in sample(store, 5, longest=6)]
    assert some != [one.tolist() for one in sample(store, 20, longest=6, seed=1)]


def test_all_there_are_is_the_most(make_store: MakeStore) -> None:
    store = make_store(TEXTS)
    assert sorted(map(len, sample(store, 1000, longest=None))) == sorted(len(text) + 1 for text in TEXTS)
    assert len(sample(store, 1000, longest=2)) == sum(len(text) == 1 for text in TEXTS)
    assert {len(one) for one in sample(store, 1000, longest=1)} == {2}, "the shortest, where all are longer"


def test_a_stretch_of_a_long_document_is_part_of_it_and_ends(make_store: MakeStore) -> None:
    store = make_store(["abcdefäöüghijk".encode(), b"ab"])
    codec = Bytes(documents=True)
    for seed in range(9):
        long, short = sorted(sample_stretches(store, 2, 6, codec.inside, seed), key=len, reverse=True)
        assert codec.decode(long).decode() in "abcdefäöüghijk"
        assert len(long) <= 6
        assert long[-1] == codec.alphabet.end
        assert codec.decode(short) == b"ab"

"""Toys as corpora."""

from dataclasses import replace

from octavo.data.pieces import Unit
from octavo.data.toy_language import SCRIPTS
from octavo.data.toy_splits import TOYS, ToySplit
from octavo.data.toys import document

UNITS: tuple[Unit | None, ...] = (None, "stream")
FEW = ToySplit(begin=3, end=6, unit="documents")


def test_pieces_are_documents_with_their_label() -> None:
    for label in ("topic", "rating"):
        for piece, index in zip(replace(FEW, label=label).pieces(), (3, 4, 5), strict=True):
            toy = document(index)
            assert (piece.text.decode(), piece.ends, piece.label) == (toy.text, True, str(getattr(toy, label)))


def test_pairs_say_the_same_in_two_scripts() -> None:
    for piece in replace(FEW, scripts=("latin",), source="arabic").pieces():
        assert SCRIPTS["latin"].read(piece.text.decode()) == SCRIPTS["arabic"].read((piece.other or b"").decode())


def test_a_stream_has_a_line_for_each() -> None:
    pieces = list(replace(FEW, unit="stream").pieces())
    assert [piece.text.decode() for piece in pieces] == [document(index).text + "\n" for index in (3, 4, 5)]
    assert not any(piece.ends for piece in pieces)


def test_splits_follow_one_another_and_keys_differ() -> None:
    keys = set()
    for toys in TOYS.values():
        splits = [toys.splits(unit)[name] for name in ("train", "valid", "test") for unit in UNITS]
        assert splits[0].end == splits[2].begin
        assert splits[2].end == splits[4].begin
        keys |= {split.key for split in splits}
    assert len(keys) == 6 * len(TOYS)

import pytest

from octavo.data.holding_out import held_out, limits
from octavo.data.pieces import Piece

LINES = b"".join(b"line %d of them\n" % number for number in range(100))
STREAM = [Piece(LINES[place : place + 300], False, path="t", offset=place) for place in range(0, len(LINES), 300)]


def part(pieces: list[Piece], documents: bool, split: str, shares: dict[str, float]) -> list[Piece]:
    return list(held_out(pieces, documents, *limits(pieces, documents, shares)[split]))


def test_a_stream_falls_apart_at_newlines() -> None:
    shares = {"valid": 0.1, "test": 0.25}
    texts = {split: b"".join(p.text for p in part(STREAM, False, split, shares)) for split in ("train", *shares)}
    assert b"".join(texts.values()) == LINES
    assert all(text.endswith(b"\n") for text in texts.values())
    for split, share in shares.items():
        assert len(texts[split]) == pytest.approx(share * len(LINES), abs=20)


def test_pieces_say_where_they_stand() -> None:
    for piece in part(STREAM, False, "valid", {"valid": 0.33}):
        assert LINES[piece.offset :].startswith(piece.text)


def test_documents_are_held_out_whole() -> None:
    pieces = [Piece(b"a", True), Piece(b"b", False), Piece(b"c", True), Piece(b"d", True)]
    shares = {"valid": 0.3, "test": 0.3}
    assert [p.text for p in part(pieces, True, "train", shares)] == [b"a"]
    assert [p.text for p in part(pieces, True, "valid", shares)] == [b"b", b"c"]
    assert [p.text for p in part(pieces, True, "test", shares)] == [b"d"]


def test_shares_round_up_and_train_takes_the_rest() -> None:
    ten = [Piece(b"x", True)] * 10
    assert limits(ten, True, {"valid": 0.05, "test": 0.05}) == {"train": (0, 8), "valid": (8, 9), "test": (9, 10)}
    assert limits(ten, True, {"valid": 0.1}) == {"train": (0, 9), "valid": (9, 10)}

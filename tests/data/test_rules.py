"""Rules: splits share nothing, together hold all, and stay where they are."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from octavo.data.files import FilesConfig, read
from octavo.data.pieces import Piece
from octavo.data.rules import Articles, Bytes, EveryNth, Grouped, Hashed, Linked, Rows, Rule, Talks, share


def documents(*texts: bytes) -> list[Piece]:
    return [Piece(text, True, path=f"a.tsv:{line}") for line, text in enumerate(texts, 1)]


def texts(pieces: Sequence[Piece], rule: Rule) -> list[bytes]:
    return [piece.text for piece in rule(pieces, ())]


@pytest.mark.parametrize("longest", [16, 100])
def test_bytes_are_cut_exactly_however_the_pieces_lie(longest: int, tmp_path: Path) -> None:
    text = bytes(range(100))
    path = tmp_path / "a"
    path.write_bytes(text)
    for begin, end in ((0, 90), (90, 95), (95, 100), (33, 34)):
        pieces = list(Bytes(begin, end)(read(str(path), FilesConfig(longest=longest)), (str(path),)))
        assert b"".join(piece.text for piece in pieces) == text[begin:end]
        assert all(text[piece.offset :].startswith(piece.text) for piece in pieces)


def test_bytes_of_an_odd_size_leave_none_out(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"x" * 37)
    sizes = [
        sum(len(piece.text) for piece in Bytes(begin, end)(read(str(path), FilesConfig()), (str(path),)))
        for begin, end in ((0, 90), (90, 95), (95, 100))
    ]
    assert sizes == [33, 2, 2]


def test_shares_are_spread_evenly_and_never_move() -> None:
    places = [share(str(number).encode()) for number in range(20_000)]
    assert all(
        abs(sum(low <= place < low + 1_000 for place in places) - 2_000) < 200 for low in range(0, 10_000, 1_000)
    )
    assert share(b"octavo") == 1025, "splits that were published would change"


def test_hashed_documents_divide_and_repeated_ones_stay_together() -> None:
    pieces = documents(*[b"text %d" % (number % 500) for number in range(1_000)])
    train, test = texts(pieces, Hashed(0, 8_000)), texts(pieces, Hashed(8_000, 10_000))
    assert len(train) + len(test) == 1_000
    assert not set(train) & set(test)
    assert len(test) == pytest.approx(200, abs=80)


def test_a_long_document_goes_as_a_whole() -> None:
    pieces = [Piece(b"%d %d" % (number, part), part == 2) for number in range(100) for part in range(3)]
    kept = texts(pieces, Hashed(0, 5_000))
    assert {text.split()[0] for text in kept if text.endswith(b" 0")} == {text.split()[0] for text in kept}
    assert len(kept) % 3 == 0


def test_rows_go_by_their_line_wherever_the_file_lies() -> None:
    pieces = [Piece(b"%d" % part, True, path=f"/some/{place}/a.jsonl:7") for part in range(4) for place in (1, 2)]
    assert [texts(pieces, Rows(begin, begin + 1)) for begin in (share(b"7"), share(b"7") + 1)] == [
        [b"0", b"0", b"1", b"1", b"2", b"2", b"3", b"3"],
        [],
    ]


def test_articles_go_by_their_title_which_is_left_out() -> None:
    pieces = documents(b"before any", b"= One =", b"first", b"second", b"= Two =", b"third", b"= no title")
    one, two = share(b"= One ="), share(b"= Two =")
    assert texts(pieces, Articles(one, one + 1)) == [b"first", b"second"]
    assert texts(pieces, Articles(two, two + 1)) == [b"third", b"= no title"]


def test_pairs_with_a_side_in_common_are_never_parted() -> None:
    pairs = [
        Piece(text, True, other=other)
        for text, other in ((b"a", b"1"), (b"b", b"1"), (b"b", b"2"), (b"c", b"3"), (b"1", b"c"), (b"d", b"2"))
    ]
    for place in range(0, 10_000, 100):
        kept = {(piece.text, piece.other) for piece in Linked(place, place + 100)(pairs, ())}
        linked = {(b"a", b"1"), (b"b", b"1"), (b"b", b"2"), (b"d", b"2")}
        assert kept & linked in (set(), linked)
    assert len(list(Linked(0, 10_000)(pairs, ()))) == len(pairs)
    reordered = [piece.text for piece in Linked(0, 5_000)(pairs[::-1], ())]
    assert sorted(reordered) == sorted(texts(pairs, Linked(0, 5_000)))


def test_every_nth_and_the_others() -> None:
    pieces = documents(*[b"%d" % number for number in range(1, 8)])
    assert texts(pieces, EveryNth(3)) == [b"3", b"6"]
    assert texts(pieces, EveryNth(3, others=True)) == [b"1", b"2", b"4", b"5", b"7"]


def test_talks_lose_their_mark_up() -> None:
    pairs = [
        Piece(text, True, other=other)
        for text, other in (
            (b"<title>Hello</title>", b"<title>Hallo</title>"),
            (b" One & two. ", b"Eins.\n"),
            (b'<seg id="1"> A &amp; B\xff </seg>', '<seg id="1">Größe</seg>'.encode()),
        )
    ]
    assert [(piece.text, piece.other) for piece in Talks()(pairs, ())] == [
        (b"One & two.", b"Eins."),
        (b"A & B\xff", "Größe".encode()),
    ]


def test_talks_that_are_not_aligned_are_refused() -> None:
    with pytest.raises(ValueError, match=r"a.en:3: a segment stands beside a line of mark-up"):
        list(Talks()([Piece(b"<doc>", True, other=b"Satz", path="a.en:3")], ()))


def test_groups_take_what_begins_as_theirs_and_give_it_their_name() -> None:
    labels = ("rec.autos", "sci.med", "rec.sport.hockey", None, "rec.sport.baseball")
    pieces = [Piece(b"%d" % place, True, label) for place, label in enumerate(labels)]
    rule = Grouped((("cars", ("rec.autos",)), ("sports", ("rec.sport.", "rec.motor"))))
    assert [(p.text, p.label) for p in rule(pieces, ())] == [(b"0", "cars"), (b"2", "sports"), (b"4", "sports")]

"""Splits of files: rules first, then cleaning, then the unit."""

from pathlib import Path

from octavo.data.cleaning import Cleaning
from octavo.data.files import FilesConfig, read
from octavo.data.pieces import Piece, Unit
from octavo.data.rules import EveryNth, Hashed, Rule
from octavo.data.splits import FileSplit, as_stream

UNITS: tuple[Unit, ...] = ("stream", "lines")
CLEANINGS: tuple[tuple[Cleaning, ...], ...] = ((), ("tweets",))
RULES: tuple[tuple[Rule, ...], ...] = ((), (Hashed(0, 1),), (Hashed(0, 2),))


def test_a_split_can_be_read_twice_and_knows_its_files(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"one\ntwo\nthree\n")
    config = FilesConfig(unit="lines")
    split = FileSplit(unit="lines", paths=(str(tmp_path),), config=config, rules=(EveryNth(2, others=True),))
    assert [piece.text for piece in split.pieces()] == [piece.text for piece in split.pieces()] == [b"one", b"three"]
    assert split.files == [str(tmp_path / "a.txt")]


def test_cleaning_moves_no_text_to_another_split(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"".join(b"@user%d hi\n" % number for number in range(50)))
    paths, rules = (str(tmp_path / "a.txt"),), (Hashed(0, 5_000),)
    kept = [
        [piece.offset for piece in FileSplit(unit="lines", paths=paths, config=config, rules=rules).pieces()]
        for config in (FilesConfig(unit="lines"), FilesConfig(unit="lines", clean=("tweets",)))
    ]
    assert kept[0] == kept[1]
    assert 0 < len(kept[0]) < 50


def test_documents_become_a_stream_after_their_rules(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_bytes(b"label\ttext\nx\tone\ny\ttwo\n")
    split = FileSplit(
        unit="stream", paths=(str(tmp_path / "a.tsv"),), config=FilesConfig(unit="documents", label="label")
    )
    assert [(piece.text, piece.ends, piece.label) for piece in split.pieces()] == [
        (b"one\n", False, None),
        (b"two\n", False, None),
    ]


def test_a_long_document_gets_one_newline() -> None:
    pieces = [Piece(b"be", False), Piece(b"gin", True), Piece(b"", True)]
    assert [piece.text for piece in as_stream(pieces)] == [b"be", b"gin\n", b"\n"]


def test_the_key_tells_all_but_the_content_apart() -> None:
    keys = {
        FileSplit(unit=unit, paths=("a",), config=FilesConfig(clean=clean), rules=rules).key
        for unit in UNITS
        for clean in CLEANINGS
        for rules in RULES
    }
    assert len(keys) == 12


def test_a_split_without_rules_is_what_read_gives(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"one\r\ntwo")
    config = FilesConfig()
    split = FileSplit(unit="stream", paths=(str(tmp_path / "a"),), config=config)
    assert list(split.pieces()) == list(read(str(tmp_path / "a"), config))

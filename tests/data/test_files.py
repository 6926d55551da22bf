"""Sources of every kind to pieces."""

import gzip
import io
import sys
import tracemalloc
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest

from octavo.data.files import FilesConfig, Piece, read
from octavo.data.pieces import Unit


def texts(source: str | list[str], **options: Any) -> list[bytes]:
    return [piece.text for piece in read(source, FilesConfig(**options))]


def write(path: Path, text: bytes) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text)
    return str(path)


@pytest.mark.parametrize("name", ["a.txt", "text8_prefix", "enwik8_prefix.xml", "wiki.test.tokens", "README.md"])
def test_a_file_with_any_other_suffix_is_text_and_its_bytes_stay(name: str, tmp_path: Path) -> None:
    text = b"\xef\xbb\xbfone\r\ntwo\0\xff"
    assert texts(write(tmp_path / name, text)) == [text]


def test_a_text_file_in_each_unit(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt", b"one\ntwo\n\nthree")
    assert list(read(path, FilesConfig())) == [Piece(b"one\ntwo\n\nthree", False, path=path)]
    assert texts(path, unit="lines") == [b"one", b"two", b"", b"three"]
    assert texts(path, unit="paragraphs") == [b"one\ntwo", b"three"]
    assert list(read(path, FilesConfig(unit="documents"))) == [Piece(b"one\ntwo\n\nthree", True, path=path)]


def test_an_empty_file_is_an_empty_document_and_no_stream(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt", b"")
    assert texts(path) == texts(path, unit="lines") == texts(path, unit="paragraphs") == []
    assert texts(path, unit="documents") == [b""]


def test_a_folder_mixes_kinds_and_its_files_are_documents(tmp_path: Path) -> None:
    write(tmp_path / "a.txt", b"first")
    write(tmp_path / "b.jsonl", b'{"text": "second"}\n{"text": "third"}')
    write(tmp_path / "c" / "d.txt.gz", gzip.compress(b"fourth"))
    assert texts(str(tmp_path), unit="documents") == [b"first", b"second", b"third", b"fourth"]
    assert b"".join(texts(str(tmp_path))) == b"firstsecond\nthird\nfourth"


def test_labels_of_text_files_are_their_folders_or_names(tmp_path: Path) -> None:
    for folder in ("neg", "pos"):
        write(tmp_path / folder / "0_1.txt.gz", gzip.compress(b"a"))
    labels = {
        by: [piece.label for piece in read(str(tmp_path), FilesConfig(unit="documents", label=by))]
        for by in ("folder", "file")
    }
    assert labels == {"folder": ["neg", "pos"], "file": ["0_1", "0_1"]}


def test_columns_of_a_text_file_are_refused_with_a_way_out(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt", b"text")
    with pytest.raises(ValueError, match=r"a.txt: a text file has no column 'topic': its label may be "):
        texts(path, label="topic")
    with pytest.raises(ValueError, match=r"a.txt: a text file has no column 'de': give two files as from::to"):
        texts(path, other="de")


def test_a_row_knows_its_label_and_line_and_may_be_divided(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tsv.gz", gzip.compress(b"label\ttext\nnews\tone\nsport\ttwo\n"))
    assert list(read(path, FilesConfig(unit="documents", label="label"))) == [
        Piece(b"one", True, "news", None, f"{path}:2"),
        Piece(b"two", True, "sport", None, f"{path}:3"),
    ]
    path = write(tmp_path / "b.jsonl", rb'{"text": "one\ntwo\n\nthree"}')
    assert texts(path, unit="lines") == [b"one", b"two", b"", b"three"]
    assert texts(path, unit="paragraphs") == [b"one\ntwo", b"three"]
    assert texts(path, unit="stream") == [b"one\ntwo\n\nthree\n"]


def test_parquet_reads_compressed_too(tmp_path: Path) -> None:
    file = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.table({"text": ["one", "two"]}), file)
    for name, content in (("a.parquet", file.getvalue()), ("a.parquet.gz", gzip.compress(file.getvalue()))):
        assert texts(write(tmp_path / name, content), unit="documents") == [b"one", b"two"]


def test_two_files_are_pairs_of_lines_from_and_to(tmp_path: Path) -> None:
    source = write(tmp_path / "train.de.gz", gzip.compress(b"Hallo\r\n\nJa\n"))
    target = write(tmp_path / "train.en", b"Hello\nHm\nYes")
    assert [(piece.other, piece.text) for piece in read(f"{source}::{target}", FilesConfig(unit="lines"))] == [
        (b"Hallo", b"Hello"),
        (b"", b"Hm"),
        (b"Ja", b"Yes"),
    ]


def test_pairs_of_different_length_are_refused(tmp_path: Path) -> None:
    source, target = write(tmp_path / "a.de", b"eins\nzwei"), write(tmp_path / "a.en", b"one")
    with pytest.raises(ValueError, match=r"no pairs of lines: only .*a.de has a line 2"):
        texts(f"{source}::{target}", unit="lines")


def test_a_cut_off_side_of_a_pair_is_the_one_named(tmp_path: Path) -> None:
    source = write(tmp_path / "a.de.gz", gzip.compress(b"eins\n" * 9)[:-9])
    target = write(tmp_path / "a.en", b"one\n" * 9)
    with pytest.raises(ValueError, match=r"a.de.gz: the compressed data end too early"):
        texts(f"{source}::{target}", unit="lines")


def test_pairs_stay_whole_and_are_no_stream(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", b'en,de\n"one\n\ntwo",zwei\n')
    columns = {"text": "en", "other": "de"}
    for unit in ("documents", "lines", "paragraphs"):
        assert texts(path, unit=unit, **columns) == [b"one\n\ntwo"]
    with pytest.raises(ValueError, match='pairs are documents: set unit to "lines" or "documents"'):
        texts(path, unit="stream", **columns)


def test_the_standard_input_has_the_format_it_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    for text, options, expected in (
        (b"one\ntwo", {}, b"one\ntwo"),
        (b'{"text": "one"}', {"format": "jsonl", "unit": "lines"}, b"one"),
        (b"a,b\n", {"format": "csv", "header": False, "text": "1", "unit": "lines"}, b"b"),
    ):
        given = io.BytesIO(text)
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=given))
        assert texts("-", **options) == [expected]
        assert not given.closed


def test_several_sources_are_joined_and_cleaned(tmp_path: Path) -> None:
    one, two = write(tmp_path / "1", b"@ann hi\n"), write(tmp_path / "2", b"@bob hi\n")
    assert texts([one, two], clean=("tweets",)) == [b"@userid hi\n", b"@userid hi\n"]


def test_both_sides_are_cleaned(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tsv", b"@ann\t@bob\n")
    options = FilesConfig(header=False, text="0", other="1", unit="lines", clean=("tweets",))
    assert [(piece.text, piece.other) for piece in read(path, options)] == [(b"@userid", b"@userid")]


@pytest.mark.parametrize("unit", ["stream", "lines", "paragraphs", "documents"])
def test_a_line_of_ten_megabytes_takes_little_memory(unit: Unit, tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt", b"word " * 2_000_000 + b"\nend")
    tracemalloc.start()
    count = sum(len(piece.text) for piece in read(path, FilesConfig(unit=unit, longest=1 << 16)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 10_000_004 - (unit == "lines")  # a line leaves its newline
    assert peak < 1 << 20

"""Rows of tables: quoting, columns, and errors that name the file and the line."""

import io
import json
import sys
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest

from octavo.data.tables import Columns, Row, Table, rows

LABELLED = Columns("text", "label")


def found(text: bytes, table: Table, columns: Columns = LABELLED) -> list[Row]:
    return list(rows(io.BytesIO(text), table, columns, "a." + table))


def parquet(**columns: list[object]) -> bytes:
    file = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.table(columns), file)
    return file.getvalue()


def test_csv_is_quoted_and_keeps_its_bytes() -> None:
    text = b'label,text\r\n1,"He said ""no"",\nand\xff left\0"\r\n\r\n2,plain\n'
    assert found(text, "csv") == [
        Row(b'He said "no",\nand\xff left\0', "1", None, 2),
        Row(b"plain", "2", None, 5),
    ]


def test_a_byte_order_mark_is_no_part_of_a_name() -> None:
    assert found(b"\xef\xbb\xbftext,label\na,b", "csv") == [Row(b"a", "b", None, 2)]
    assert found(b"\xef\xbb\xbftext\tlabel\na\tb", "tsv") == [Row(b"a", "b", None, 2)]


def test_an_open_quote_is_an_error_not_the_rest_of_the_file() -> None:
    with pytest.raises(ValueError, match=r'a.csv:3: broken CSV: .*format="tsv"'):
        found(b'label,text\n1,fine\n2,"open\n3,swallowed\n', "csv")


def test_tabs_part_columns_and_quotes_are_characters() -> None:
    text = b'label\ttext\npos\t"quoted" and\ttabbed\r\n\nneg\tb\xff'
    assert found(text, "tsv") == [Row(b'"quoted" and\ttabbed', "pos", None, 2), Row(b"b\xff", "neg", None, 4)]


@pytest.mark.parametrize("blank", ["", "  "])
def test_a_blank_label_is_none_in_any_table(blank: str) -> None:
    assert [row.label for row in found(f"label\ttext\n{blank}\ta\npos\tb".encode(), "tsv")] == [None, "pos"]
    assert [row.label for row in found(f"label,text\n{blank},a\npos,b".encode(), "csv")] == [None, "pos"]
    lines = "".join(json.dumps({"label": label, "text": "a"}) + "\n" for label in (blank, None, 0))
    assert [row.label for row in found(lines.encode(), "jsonl")] == [None, None, "0"]
    assert [row.label for row in found(parquet(text=["a", "b"], label=[blank, "pos"]), "parquet")] == [None, "pos"]


def test_columns_without_a_header_are_numbered_from_nought() -> None:
    columns = Columns("0", other="1", header=False)
    assert found(b"Hi.\tHallo!\tCC-BY\nGo.\tGeh.\n", "tsv", columns) == [
        Row(b"Hi.", None, b"Hallo!", 1),
        Row(b"Go.", None, b"Geh.", 2),
    ]
    assert found(b"3,a title,a text\n", "csv", Columns("1+2", "0", header=False)) == [
        Row(b"a title\na text", "3", None, 1)
    ]


def test_columns_with_a_header_may_be_numbered_too() -> None:
    assert found(b"label,text\n1,a", "csv", Columns("1", "0")) == [Row(b"a", "1", None, 2)]


@pytest.mark.parametrize("without_msgspec", [False, True])
def test_json_lines(without_msgspec: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if without_msgspec:
        monkeypatch.setitem(sys.modules, "msgspec", None)
    text = '{"text": "é\\n", "label": 3, "x": []}\n\n{"label": null, "text": null}\n'.encode()
    assert found(text, "jsonl") == [Row("é\n".encode(), "3", None, 1), Row(b"", None, None, 3)]
    for broken in (b'{"text": "a"', b'{"text": "\xff", "label": 1}', b"nonsense"):
        with pytest.raises(ValueError, match=r"a.jsonl:2: broken JSON"):
            found(b"\n" + broken, "jsonl")
    with pytest.raises(ValueError, match=r"a.jsonl:1: (half a character, '.ud800'|broken JSON)"):
        found(rb'{"text": "\ud800", "label": 1}', "jsonl")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("[1, 2]", r"a.jsonl:1: a line must hold an object"),
        ('{"text": ["a"], "label": 1}', r"a.jsonl:1: the text is a list"),
        ('{"txt": "a", "label": 1}', r"a.jsonl:1: no column 'text': there are txt, label"),
    ],
)
def test_json_that_is_no_row_is_named(line: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        found(line.encode(), "jsonl")


def test_parquet_comes_batch_by_batch() -> None:
    count = 600  # more than two batches
    texts: list[object] = [f"text {number}" for number in range(count)]
    labels: list[object] = list(range(count))
    got = found(parquet(text=texts, label=labels, other=labels), "parquet")
    assert [row.text.decode() for row in got] == texts
    assert [(row.label, row.line) for row in got] == [(str(number), number + 1) for number in range(count)]


def test_parquet_errors_name_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match=r"a.parquet: no column 'label': there are text"):
        found(parquet(text=["a"]), "parquet")
    with pytest.raises(ValueError, match=r"a.parquet: not a Parquet file"):
        found(b"text", "parquet")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ValueError, match=r"a.parquet: Parquet needs .*octavo\[data\]"):
        found(b"", "parquet")


@pytest.mark.parametrize(("table", "comma"), [("csv", ","), ("tsv", "\t")])
def test_missing_columns_are_named_with_those_there_are(table: Table, comma: str) -> None:
    with pytest.raises(ValueError, match=rf"a.{table}:1: no column 'text': there are id, label"):
        found(f"id{comma}label\n1{comma}2".encode(), table)
    with pytest.raises(ValueError, match=rf"a.{table}:3: column 'text' is missing: there are 1 of 2 columns"):
        found(f"label{comma}text\n1{comma}a\n2\n".encode(), table)
    with pytest.raises(ValueError, match=rf"a.{table}:1: no column 'text': there are 0, 1"):
        found(f"a{comma}b".encode(), table, Columns("text", header=False))


@pytest.mark.parametrize("table", ["csv", "tsv", "jsonl"])
def test_an_empty_file_has_no_rows(table: Table) -> None:
    assert not found(b"", table)
    assert not found(b"\n\n", table, Columns("0", header=False))


def test_a_field_of_ten_megabytes_is_read(tmp_path: Path) -> None:
    long = "x" * 10_000_000
    assert len(found(f'text,label\n"{long}",1'.encode(), "csv")[0].text) == len(long)
    assert len(found(json.dumps({"text": long, "label": 1}).encode(), "jsonl")[0].text) == len(long)

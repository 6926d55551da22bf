"""How results are printed and texts come in."""

import json
import math
from collections.abc import Iterator
from pathlib import Path

import pytest

from octavo.commands.output import folder_of, print_facts, print_rows, some_of, texts_of
from octavo.data.pieces import Unit
from octavo.data.tables import Columns

FACTS = {"bits_per_byte": 1.23456, "tokens": 12345, "data": "a.txt"}


def test_facts_are_lines_for_people_and_one_object_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    print_facts(FACTS, as_json=False)
    assert [line.split("  ")[-1] for line in capsys.readouterr().out.splitlines()] == ["1.2346", "12,345", "a.txt"]
    print_facts(FACTS, as_json=True)
    assert json.loads(capsys.readouterr().out) == FACTS


def test_what_json_has_no_word_for_is_null(capsys: pytest.CaptureFixture[str]) -> None:
    print_rows([{"a": math.nan, "b": [math.inf, 1.0], "c": {"d": -math.inf}, "e": "ü"}], as_json=True)
    assert capsys.readouterr().out == '{"a": null, "b": [null, 1.0], "c": {"d": null}, "e": "ü"}\n'


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        ("lines", [b"one", b"", b"two"]),
        ("paragraphs", [b"one", b"two"]),
        ("documents", [b"one\n\ntwo"]),
    ],
)
def test_texts_come_in_their_unit_and_empty_lines_are_counted(
    tmp_path: Path, unit: Unit, expected: list[bytes]
) -> None:
    (tmp_path / "text.txt").write_bytes(b"one\n\ntwo")
    assert list(texts_of(str(tmp_path / "text.txt"), unit)) == expected


def test_a_tables_rows_are_texts_unless_they_are_to_be_divided(tmp_path: Path) -> None:
    (tmp_path / "t.jsonl").write_text('{"a": "one\\ntwo"}\n{"a": "three"}\n')
    assert list(texts_of(str(tmp_path / "t.jsonl"), columns=Columns("a"))) == [b"one\ntwo", b"three"]
    assert list(texts_of(str(tmp_path / "t.jsonl"), "lines", Columns("a"))) == [b"one", b"two", b"three"]


def test_a_long_line_is_one_text(tmp_path: Path) -> None:
    long = b"word " * 500_000
    (tmp_path / "text.txt").write_bytes(long + b"\nshort\n")
    assert list(texts_of(str(tmp_path / "text.txt"))) == [long, b"short"]


def test_texts_are_taken_together_until_they_are_many_or_long() -> None:
    read = []

    def documents() -> Iterator[bytes]:
        for number in range(3000):
            read.append(number)
            yield b"a"

    first, *rest = some_of(documents())
    assert [len(first), *map(len, rest)] == [1024, 1024, 952]
    assert [len(some) for some in some_of([b"a" * 900_000] * 3)] == [2, 1]
    read.clear()
    next(some_of(documents()))
    assert len(read) == 1024, "a file is read no further than results are asked for"


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert folder_of(str(tmp_path / "new")) == tmp_path / "new"
    with pytest.raises(ValueError, match="file is a file"):
        folder_of(str(tmp_path / "file"))


def test_facts_inside_facts_have_a_name_above_and_rows_a_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    print_facts({"a": {"b_c": 1, "d": {"32": {"bits": 0.5, "texts": 2}, "64": {"bits": 0.25, "texts": 2}}}}, False)
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines == [
        ["a:"], ["b", "c", "1"], ["d:"], ["32", "bits", "0.5000", "texts", "2"], ["64", "bits", "0.2500", "texts", "2"]
    ]  # fmt: skip

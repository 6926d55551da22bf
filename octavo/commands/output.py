"""How results reach people: data on stdout, as JSON where it is asked for; texts from files or standard input."""

import argparse
import dataclasses
import json
import math
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from octavo.data.encoding import texts
from octavo.data.files import FilesConfig, read, table_of
from octavo.data.pieces import Unit
from octavo.data.tables import Columns
from octavo.runs import Run

COLUMNS = Columns("text")

TEXTS, BYTES = 1024, 1 << 20  # together: enough that those of like length are found side by side


def print_json(value: Any) -> None:
    print(json.dumps(_finite(value), ensure_ascii=False))


def print_facts(facts: dict[str, Any], as_json: bool) -> None:
    """One object: a line of JSON, or a line for each fact, what belongs together indented alike."""
    if as_json:
        print_json(facts)
        return
    for name, value in _flat(facts):
        print(f"{name.replace('_', ' '):>20}  {_shown(value)}")


def _flat(facts: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """The facts inside facts in a row, each group under its name; of a table, a line for each of its rows."""
    for name, value in facts.items():
        if not isinstance(value, dict):
            yield name, value
        elif value and all(isinstance(row, dict) for row in value.values()):
            yield f"{name}:", ""
            for key, row in value.items():
                yield key, "  ".join(f"{inner.replace('_', ' ')} {_shown(one)}" for inner, one in row.items())
        else:
            yield f"{name}:", ""
            yield from _flat(value)


def print_rows(rows: Iterable[dict[str, Any]], as_json: bool) -> None:
    """Many objects: a line of JSON each, or a line of columns each."""
    for row in rows:
        if as_json:
            print_json(row)
        else:
            print("  ".join(_shown(value) for value in row.values()))


def columns_of(run: Run, options: argparse.Namespace) -> Columns:
    """Where a table keeps its text: where it is said to, or where the run's own did."""
    files = run.recipe.data.files
    return Columns(options.text_column or files.text, header=files.header)


def texts_of(source: str, unit: Unit | None = None, columns: Columns = COLUMNS) -> Iterator[bytes]:
    """The lines of a text, a table's rows, or another unit; empty ones are kept, so that line numbers agree."""
    files = FilesConfig(unit=unit or "lines", text=columns.text, header=columns.header)
    if unit is None and table_of(source, files):
        files = dataclasses.replace(files, unit="documents")
    empty = True
    for text in texts(read(source, files)):
        empty = False
        yield b"".join(piece.text for piece in text)
    if empty:
        raise ValueError(f"{source}: there is no text in it")


def some_of(documents: Iterable[bytes]) -> Iterator[list[bytes]]:
    """The documents, several at a time: results come while a file is read, and no file is in memory as a whole."""
    some: list[bytes] = []
    size = 0
    for text in documents:
        some.append(text)
        size += len(text)
        if len(some) == TEXTS or size > BYTES:
            yield some
            some, size = [], 0
    if some:
        yield some


def one_text_of(source: str) -> bytes:
    """A whole file, or all of the standard input, as one text."""
    found = list(islice(texts_of(source, "documents"), 2))
    if len(found) > 1:
        raise ValueError(f"{source} holds more than one text: name one of them")
    if not any(found):
        raise ValueError(f"{source} holds no text: name a file that does")
    return found[0]


def folder_of(path: str, option: str = "--out") -> Path:
    """A folder to write into, there already or not: that there can be none is noticed before any work is done."""
    try:
        there = next(place for place in (Path(path), *Path(path).absolute().parents) if place.exists())
        if not there.is_dir():
            raise ValueError(f"{option} {path}: {there} is a file: name a folder")
        with TemporaryDirectory(prefix=".octavo-", dir=there):
            pass
    except OSError as error:
        raise ValueError(f"{option} {path} cannot be written: {error.strerror}") from None
    return Path(path)


def file_of(path: str, option: str = "--out") -> Path:
    """A file to write, in a folder that can be written into."""
    if not path or Path(path).is_dir():
        raise ValueError(f"{option} {path or repr(path)} is {'a folder' if path else 'no name'}: name a file")
    folder_of(str(Path(path).parent), option)
    return Path(path)


def _finite(value: Any) -> Any:
    """JSON has no NaN and no infinity: null stands for them."""
    if isinstance(value, dict):
        return {name: _finite(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_finite(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _shown(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.4f}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)

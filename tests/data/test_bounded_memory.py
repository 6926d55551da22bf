"""A text of any size is prepared in the same memory."""

import tracemalloc
from contextlib import ExitStack
from pathlib import Path

import pytest

from octavo.data.codecs import Bytes
from octavo.data.encoding import Encoding
from octavo.data.pieces import Piece
from octavo.data.store import Store
from tests.nursery import Nursery

MB = 1_000_000
LINE = "Καλημέρα κόσμε: line {} of a text that goes on and on, and has a word of its own, w{}\n"


def peak(nursery: Nursery, folder: Path, size: int, *options: str) -> int:
    """The most bytes that preparing so many bytes of text holds."""
    path = folder / f"{size}.txt"
    lines = "".join(LINE.format(number, number % 5000) for number in range(10_000)).encode()
    with path.open("wb") as file:
        for _ in range(size // len(lines) + 1):
            file.write(lines)
    ended = nursery.run("data", "prepare", path, *options)
    path.unlink()
    assert ended.codes == [0], ended.said
    return ended.peaks[0]


@pytest.mark.parametrize(
    ("size", "options"),
    [
        (32 * MB, ["--codec", "bytes"]),
        (32 * MB, ["--codec", "bytes", "--unit", "lines"]),
        (32 * MB, ["--codec", "characters"]),
        (16 * MB, ["--codec", "words"]),
    ],
)
def test_a_large_text_takes_no_more_memory_than_a_small_one(
    nursery: Nursery, tmp_path: Path, size: int, options: list[str]
) -> None:
    """The first six megabytes fill buffers; of the rest, less than a fifth may stay: arenas of words come and go."""
    growth = peak(nursery, tmp_path, size, *options) - peak(nursery, tmp_path, 6 * MB, *options)
    assert growth < size / 5


def test_a_document_leaves_nothing_in_memory(tmp_path: Path) -> None:
    with ExitStack() as files:
        encoding = Encoding(tmp_path, Bytes(documents=True), False, None, files)

        def add(documents: int) -> None:
            for number in range(documents):
                encoding.add(iter([Piece(b"a", True, label=str(number % 3))]), lambda count: None)

        add(100)
        tracemalloc.start()
        add(20_000)
        held, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        encoding.finish()
    assert held < 20_000, "not even a byte a document"
    labels = Store(tmp_path).labels
    assert labels is not None
    assert labels.tolist() == [*(n % 3 for n in range(100)), *(n % 3 for n in range(20_000))]

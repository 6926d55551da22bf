"""A text of any size is prepared in the same memory."""

from pathlib import Path

import pytest

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
    """The first six megabytes fill buffers; of the rest, less than an eighth may stay: a document has four bytes."""
    growth = peak(nursery, tmp_path, size, *options) - peak(nursery, tmp_path, 6 * MB, *options)
    assert growth < size / 8

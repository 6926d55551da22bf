"""A text of any length is measured in the same memory, but for the bytes and ids of the text itself."""

from pathlib import Path

import pytest

from tests.nursery import Nursery

KB = 1_000
LINE = "to be or not to be, that is the question number {}; "


def peak(nursery: Nursery, folder: Path, size: int, *words: object) -> int:
    """The most bytes that a verb holds for a text of one line of so many bytes."""
    path = folder / f"{size}.txt"
    path.write_text("".join(LINE.format(number) for number in range(size // 50))[:size])
    ended = nursery.run(*(path if word == "TEXT" else word for word in words), "--json")
    assert ended.codes == [0], ended.said
    return ended.peaks[0]


@pytest.mark.parametrize(
    ("verb", "options"),
    [
        ("score", ["TEXT"]),
        ("evaluate", ["--data", "TEXT"]),
        ("inspect", ["--text", "TEXT"]),
    ],
)
def test_a_long_text_takes_little_more_memory_than_a_short_one(
    nursery: Nursery, tmp_path: Path, documents_run: Path, verb: str, options: list[str]
) -> None:
    """States of 16 features alone, kept for every token, would take more than a hundred bytes a byte."""
    size = 200 * KB
    growth = peak(nursery, tmp_path, size, verb, documents_run, *options) - peak(
        nursery, tmp_path, 20 * KB, verb, documents_run, *options
    )
    assert growth < 25 * size


@pytest.fixture(scope="module")
def documents_run(tmp_path_factory: pytest.TempPathFactory, nursery: Nursery) -> Path:
    """The folder of a tiny language model of lines."""
    folder = tmp_path_factory.mktemp("documents")
    (folder / "lines.txt").write_text("".join(LINE.format(number) + "\n" for number in range(100)))
    lines = ["--data.files.unit", "lines", "--data.batching.kind", "documents", "--device", "cpu"]
    ended = nursery.run(
        "train", "lstm-bytes", "--tiny", "--data", folder / "lines.txt", "--out", folder / "run", *lines
    )
    assert ended.codes == [0], ended.said
    return folder / "run"

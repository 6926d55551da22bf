import gzip
from pathlib import Path

import numpy as np
import pytest

from octavo.data.vectors import read_vectors

WORDS = ["<unk>", "<eos>", "the", "cat", "Cat", "."]
GLOVE = "the 1 2 3\n. . . 7 7 7\ncat -1e-2 0.5 4\nCAT 9 9 9\n. 0 0 1\nthe 8 8 8\n"


def write(path: Path, text: str) -> str:
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return str(path)


@pytest.mark.parametrize("name", ["glove.txt", "glove.txt.gz"])
@pytest.mark.parametrize("heading", ["", "6 3\n"])
def test_words_find_their_vectors_by_their_own_case(tmp_path: Path, name: str, heading: str) -> None:
    found = read_vectors(write(tmp_path / name, heading + GLOVE), WORDS, 3)
    vectors = dict(zip((WORDS[place] for place in found.places_N), found.rows_NE.tolist(), strict=True))
    assert vectors == {"the": [1, 2, 3], "cat": [pytest.approx(-0.01), 0.5, 4], ".": [0, 0, 1]}
    assert found.rows_NE.dtype == np.float32


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (GLOVE.replace("the 1 2 3", "the 1 2 3 4"), r"its vectors have 4 numbers, the embedding 3: set it to 4"),
        ("6 300\n" + GLOVE, "its vectors have 300 numbers"),
        (GLOVE.replace("cat -1e-2", "cat"), r"vectors\.txt:3: 2 numbers instead of 3"),
        (GLOVE.replace("0.5", "half"), r"vectors\.txt:3: .*half"),
        ("dog 1 2 3\n", "a vector for none of the 6 words"),
        ("", "a vector for none"),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_vectors(write(tmp_path / "vectors.txt", text), WORDS, 3)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"glove\.txt: there is no such file"):
        read_vectors(str(tmp_path / "glove.txt"), WORDS, 3)

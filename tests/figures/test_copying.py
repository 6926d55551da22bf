import json
from pathlib import Path
from typing import Any

import pytest

from octavo.figures.copying import copying, read_copied

pytest.importorskip("matplotlib", reason="needs the plot extra")

TEST: dict[str, Any] = {
    "tokens": [*" of zjak was $ old"],
    "begin": 4,
    "end": 8,
    "distance": 99,
    "mean_rank": 1.0,
    "mean_rank_without": 60.5,
    "corrupted": [1] * 18,
    "original": [64] * 18,
}


def test_both_curves_are_drawn(tmp_path: Path) -> None:
    (tmp_path / "test.json").write_text(json.dumps(TEST))
    copying([tmp_path / "test.json"], tmp_path / "figure.svg")
    drawn = (tmp_path / "figure.svg").read_text()
    assert "1.0, and 60.5 where it does not stand 99 characters before" in drawn
    assert all(label in drawn for label in ("the name stands before", "it does not"))


@pytest.mark.parametrize("content", ["[]", "{", json.dumps({**TEST, "other": 1}).replace("original", "x")])
def test_what_is_no_copy_test_is_told(tmp_path: Path, content: str) -> None:
    (tmp_path / "other.json").write_text(content)
    with pytest.raises(ValueError, match=r"other\.json holds no copy test: octavo inspect RUN --copy-test"):
        read_copied(tmp_path / "other.json")

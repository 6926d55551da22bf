"""The table of the project's README."""

import json
from pathlib import Path
from typing import Any

from octavo.reproduce.summary import summary

TRANSFORMER = "| Deep character transformer |"


def _row(by_length: dict[str, float]) -> dict[str, Any]:
    contexts = {length: {"bits_per_byte": bits} for length, bits in by_length.items()}
    return {
        "recipe": "t3-cpu",
        "overrides": {"data.train": "text8-prefix"},
        "data": "text8-prefix",
        "hardware": {"device": "cuda", "precision": "bf16"},
        "metrics": {"test": {"contexts": {"by_length": contexts}}},
    }


def _line(folder: Path) -> str:
    return next(line for line in summary(folder).splitlines() if line.startswith(TRANSFORMER))


def test_what_was_not_run_says_so(tmp_path: Path) -> None:
    assert _line(tmp_path) == f"{TRANSFORMER} bits given 512 1.13 | not run |  |  |"


def test_a_stand_in_is_set_beside_the_published_figure_of_its_own_context(tmp_path: Path) -> None:
    (tmp_path / "row.json").write_text(json.dumps(_row({"32": 2.5, "128": 2.0})), "utf-8")
    line = _line(tmp_path)
    assert line.startswith(f"{TRANSFORMER} bits given 128 1.2 | bits given 128 2 | bits given 128 +0.8: not comparable")
    assert "the stand-in t3-cpu on text8-prefix" in line

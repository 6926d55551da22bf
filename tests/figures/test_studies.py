"""Studies are drawn from what the command wrote of them."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from octavo.figures import FIGURES

pytest.importorskip("matplotlib", reason="needs the plot extra")

SPLIT = {"texts": 4, "share_at_0": 0.5, "differences": {"-90": 1, "0": 2}, "never": 1}
ROWS = [
    {"share": share, "texts": 4, "replaced": share * 0.9, "error_against_truth": 0.5, "error_against_read": 0.7}
    for share in (0.0, 0.5, 1.0)
]
BINS = [{"up_to": edge, "texts": 2, "error": edge / 1000} for edge in (64, 128)]
CORPUS = {"texts": 5, "histogram": BINS, "share_up_to_1024": 0.8}
FOUND: dict[str, tuple[str, Any]] = {
    "end-of-text": ("end-of-text", SPLIT),
    "mutation": ("mutation", ROWS),
    "length-error": ("lengths", BINS),
    "lengths": ("data", CORPUS),
}


def study(path: Path, name: str, *runs: dict[str, Any]) -> Path:
    written = [{"run": f"run {number}", "found": found} for number, found in enumerate(runs, start=1)]
    path.write_text(json.dumps({"study": name, "runs": written}))
    return path


def drawn(figure: str, folder: Path, runs: int = 2) -> set[str]:
    name, found = FOUND[figure]
    both = {"train": found, "test": found, "longest_trained": 64}
    FIGURES[figure]([study(folder / "study.json", name, *[both] * runs)], folder / "figure.svg")
    return set(re.findall(r"<text[^>]*>([^<]+)<", (folder / "figure.svg").read_text()))


@pytest.mark.parametrize("figure", FOUND)
@pytest.mark.parametrize("runs", [1, 2])
def test_every_run_is_named(figure: str, runs: int, tmp_path: Path) -> None:
    texts = drawn(figure, tmp_path, runs)
    for number in range(1, runs + 1):
        assert any(text.startswith(f"run {number}") for text in texts)


def test_shares_stand_beside_the_names(tmp_path: Path) -> None:
    assert "run 1: 50.0% at 0, 25.0% without an end" in drawn("end-of-text", tmp_path)
    assert "run 2, 20.0% longer" in drawn("lengths", tmp_path)
    assert "what a copier would reach" in drawn("mutation", tmp_path)


def test_several_files_are_one_picture(tmp_path: Path) -> None:
    found = {"train": ROWS, "test": ROWS}
    files = [study(tmp_path / f"{name}.json", "mutation", found) for name in ("a", "b")]
    FIGURES["mutation"](files, tmp_path / "figure.png")
    assert (tmp_path / "figure.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    "content", ["no JSON", "[]", '{"study": "lengths", "runs": []}', '{"study": "mutation", "runs": []}']
)
def test_what_is_no_such_study_is_named(content: str, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text(content)
    with pytest.raises(ValueError, match=r"x\.json is (no study of mutation: octavo study mutation RUN|of no runs)"):
        FIGURES["mutation"]([tmp_path / "x.json"], tmp_path / "x.png")

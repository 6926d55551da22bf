"""Figures of a run, by every verb that gives some."""

import json
import math
from pathlib import Path
from typing import Any

import pytest

import octavo
from octavo.cli import main


@pytest.fixture
def rows(capsys: pytest.CaptureFixture[str]) -> Any:
    def ask(*words: object) -> list[dict[str, Any]]:
        assert main([*map(str, words), "--json"]) == 0
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return ask


def test_evaluate_measures_the_split_that_is_asked_for(rows: Any, language_model_run: Path) -> None:
    valid, test = (rows("evaluate", language_model_run, "--split", split)[0] for split in ("valid", "test"))
    assert (valid["split"], test["split"]) == ("valid", "test")
    assert valid["bits_per_byte"] != test["bits_per_byte"]
    logged = [json.loads(line) for line in (language_model_run / "metrics.jsonl").read_text().splitlines()]
    best = min(line["bits_per_byte"] for line in logged if line["split"] == "valid")
    assert valid["bits_per_byte"] == pytest.approx(best, rel=0.01)  # there in several rows, here in one


def test_a_record_is_written_and_shown(tmp_path: Path, rows: Any, language_model_run: Path) -> None:
    [shown] = rows("evaluate", language_model_run, "--record", tmp_path / "results" / "row.json")
    assert json.loads((tmp_path / "results" / "row.json").read_text()) == shown
    assert (shown["recipe"], shown["steps"]) == ("lstm-bytes", 20)


def test_score_counts_each_line_on_its_own(tmp_path: Path, rows: Any, language_model_run: Path) -> None:
    (tmp_path / "text.txt").write_text("to be\n\nor not to be\nto be\n")
    scored = rows("score", language_model_run, tmp_path / "text.txt")
    assert [row["bytes"] for row in scored] == [5, 0, 12, 5]
    assert scored[0]["nats"] == pytest.approx(scored[3]["nats"], rel=1e-6)
    assert scored[0]["bits_per_byte"] == pytest.approx(scored[0]["nats"] / math.log(2) / 5)


def test_inspect_tells_of_every_token(tmp_path: Path, rows: Any, language_model_run: Path) -> None:
    (tmp_path / "text.txt").write_text("to be")
    told = rows("inspect", language_model_run, "--text", tmp_path / "text.txt")
    assert "".join(row["token"] for row in told) == "to be"
    [scored] = octavo.load(language_model_run).score(["to be"])
    assert sum(row["loss"] for row in told) == pytest.approx(scored.nats / math.log(2), rel=1e-4)
    assert all(1 <= row["rank"] <= 256 for row in told)

"""From a command line to a resolved recipe."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from octavo.cli import main
from octavo.commands.train import seconds
from octavo.recipe import fields
from octavo.runs import stored_recipe


@pytest.fixture
def resolved(capsys: pytest.CaptureFixture[str]) -> Any:
    def resolve(*words: object) -> dict[str, Any]:
        assert main(["train", "lstm-bytes", *map(str, words), "--print-config"]) == 0
        return tomllib.loads(capsys.readouterr().out)

    return resolve


def test_the_command_line_goes_before_the_file_and_the_file_before_the_recipe(tmp_path: Path, resolved: Any) -> None:
    file = tmp_path / "my.toml"
    file.write_text("[training]\nsteps = 11\nseed = 11\n[model.writer]\nwidth = 11\n")
    made = resolved("--config", file, "--seed", 22, "--model.writer.width", 33)
    assert (made["training"]["steps"], made["training"]["seed"], made["model"]["writer"]["width"]) == (11, 22, 33)
    assert made["data"]["batching"]["batch"] == 32


def test_shorthands_are_fields(resolved: Any) -> None:
    made = resolved("--data", 2024, "--valid", "v.txt", "--test", "t.txt", "--steps", 7, "--time-limit", "2m")
    assert [made["data"][split] for split in ("train", "valid", "test")] == ["2024", "v.txt", "t.txt"]
    assert (made["training"]["steps"], made["training"]["time_limit"]) == (7, 120.0)


def test_tiny_shrinks_all_but_what_is_asked_for(resolved: Any) -> None:
    made = resolved("--tiny", "--model.writer.width", 300)
    assert made["model"]["writer"]["width"] == 300
    assert made["model"]["writer"]["embedding"] < 128
    assert made["training"]["steps"] == 20


@pytest.mark.parametrize(
    ("name", "there"), [("qrnn-ptb", "manual"), ("qrnn-imdb", "toys"), ("qrnn-multi30k", "toys-pairs")]
)
def test_tiny_needs_no_corpus_at_hand(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, name: str, there: str
) -> None:
    monkeypatch.setenv("OCTAVO_DATA", str(tmp_path))
    monkeypatch.setenv("OCTAVO_CACHE", str(tmp_path))
    asked = ["train", name, "--tiny", "--steps", "2", "--device", "cpu", "--out", str(tmp_path / "run")]
    assert main(asked) == 0
    said = capsys.readouterr().err
    assert f"is not at hand: {there}, which comes with the program, stands in for it" in said
    assert main([*asked, "--out", str(tmp_path / "other"), "--data", "ptb"]) == 2, "unless it is asked for"


def test_a_tiny_run_looks_at_little(resolved: Any) -> None:
    assert resolved("--tiny")["training"]["evaluate_tokens"] == 5000


def test_a_resumed_run_has_its_own_recipe_and_what_is_changed_now(resolved: Any, language_model_run: Path) -> None:
    made = resolved("--out", language_model_run, "--resume", "--steps", 30)
    assert made["training"]["steps"] == 30
    assert made["model"]["writer"]["width"] == 16


@pytest.mark.parametrize(("text", "expected"), [("90", 90), ("90s", 90), ("1.5m", 90), ("2h", 7200), ("1d", 86400)])
def test_lengths_of_time(text: str, expected: float) -> None:
    assert seconds(text) == expected


@pytest.mark.parametrize("text", ["", "0", "-1m", "soon", "10 m", "1w"])
def test_what_is_no_length_of_time(text: str) -> None:
    with pytest.raises(ValueError, match="such as 90s, 10m or 2h"):
        seconds(text)


def test_named_corpora_are_looked_for_under_the_data_root(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OCTAVO_DATA", "elsewhere")
    assert main(["train", "lstm-bytes", "--data", "ptb", "--data-root", str(tmp_path), "--out", str(tmp_path)]) == 2
    assert str(tmp_path) in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["train", "lstm-bytes", "--data", "", "--out", "new"], "a source has no name"),
        (["train", "lstm-bytes", "--out", ""], "--out has no name"),
        (["data", "get", "manual"], "manual comes with the program"),
    ],
)
def test_a_name_that_is_empty_or_needs_nothing_is_said(
    words: list[str], message: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(words) == 2
    assert message in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_run_cannot_lose_a_part_when_it_goes_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = ["--out", str(tmp_path / "run"), "--device", "cpu"]
    ablated = ["train", "t12-text8", "--tiny", "--data", "manual", *out, "--ablate", "layers"]
    assert main([*ablated, "--steps", "2"]) == 0
    assert main([*ablated, "--steps", "3", "--resume"]) == 0, "what it begun without may be said again"
    assert main([*ablated, "--ablate", "targets", "--resume"]) == 2
    assert "model.auxiliary.targets cannot change from 2 to 1 when a run goes on" in capsys.readouterr().err


def test_a_run_may_end_with_the_whole_softmax(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["train", "lstm-bytes", "--tiny", "--data", "manual", "--out", str(tmp_path / "run"), "--device", "cpu"]
    assert main([*words, "--model.writer.sampled", "5", "--steps", "2"]) == 0
    assert main([*words, "--model.writer.sampled", "none", "--steps", "4", "--resume"]) == 0
    assert "model.writer.sampled: 5 until now, None from here on" in capsys.readouterr().err
    assert dict(fields(stored_recipe(tmp_path / "run")))["model.writer.sampled"] is None

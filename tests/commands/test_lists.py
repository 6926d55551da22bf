"""Recipes are listed, runs are drawn and exported."""

import shutil
from pathlib import Path

import pytest

import octavo
from octavo.cli import main
from octavo.recipes import RECIPES


def test_every_recipe_is_listed_with_its_source(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recipes"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(RECIPES)
    assert all(line.endswith("]") for line in lines)


def test_an_exported_run_does_what_the_run_does(tmp_path: Path, language_model_run: Path) -> None:
    shutil.copytree(language_model_run, tmp_path / "run")
    assert main(["export", str(tmp_path / "run"), "--out", str(tmp_path / "exported")]) == 0
    shutil.rmtree(tmp_path / "run")
    exported, original = octavo.load(tmp_path / "exported"), octavo.load(language_model_run)
    assert exported.score(["to be"]) == original.score(["to be"])
    assert {path.name for path in (tmp_path / "exported").iterdir()} >= {
        "config.json",
        "model.safetensors",
        "README.md",
    }


def test_a_figure_is_of_runs_that_are_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["figure", "learning", str(tmp_path), "--out", str(tmp_path / "x.png")]) == 2
    assert f"{tmp_path} is no run" in capsys.readouterr().err


def test_a_figure_is_drawn(tmp_path: Path, language_model_run: Path) -> None:
    assert main(["figure", "learning", str(language_model_run), "--out", str(tmp_path / "x.png")]) == 0
    assert (tmp_path / "x.png").read_bytes().startswith(b"\x89PNG")


def test_a_figure_may_be_of_a_file(tmp_path: Path, classifier_run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "text.txt").write_text("the cat sat, while rain fell")
    asked = ["inspect", str(classifier_run), "--states", "5", "--text", str(tmp_path / "text.txt")]
    assert main([*asked, "--json"]) == 0
    (tmp_path / "states.jsonl").write_text(capsys.readouterr().out)
    assert main(["figure", "hidden-states", str(tmp_path / "states.jsonl"), "--out", str(tmp_path / "x.png")]) == 0
    assert (tmp_path / "x.png").read_bytes().startswith(b"\x89PNG")

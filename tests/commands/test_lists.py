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
    from octavo.figures import FIGURES

    name = next(iter(FIGURES))
    assert main(["figure", name, str(tmp_path), "--out", str(tmp_path / "x.png")]) == 2
    assert f"{tmp_path} is no run" in capsys.readouterr().err


def test_a_figure_is_drawn(tmp_path: Path, language_model_run: Path) -> None:
    from octavo.figures import FIGURES

    for name in FIGURES:
        assert main(["figure", name, str(language_model_run), "--out", str(tmp_path / f"{name}.png")]) == 0
        assert (tmp_path / f"{name}.png").read_bytes().startswith(b"\x89PNG")

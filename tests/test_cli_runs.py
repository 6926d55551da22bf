"""Runs begun, gone on with and refused, as people do it: what stands in a folder is never harmed."""

import json
import re
import shutil
from pathlib import Path

import pytest

from octavo.cli import main
from octavo.recipes import RECIPES
from octavo.training import checkpoint
from tests.shell import TRAIN, Captured, contents, said, said_aloud

pytestmark = pytest.mark.usefixtures("here")


@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize("more", [[], ["--tiny", "--training.optimizer.rate", "0.1", "--training.clip", "none"]])
def test_a_printed_configuration_is_one_that_can_be_given(capsys: Captured, recipe: str, more: list[str]) -> None:
    printed = said(capsys, "train", recipe, *more, "--print-config")
    Path("printed.toml").write_text(printed)
    assert said(capsys, "train", recipe, "--config", "printed.toml", "--print-config") == printed
    assert not Path("runs").exists()


def test_fields_may_stand_anywhere(capsys: Captured) -> None:
    after = said(capsys, "train", "lstm-bytes", "--training.steps", "7", "--print-config")
    before = said(capsys, "train", "--training.steps=7", "lstm-bytes", "--print-config")
    assert "steps = 7\n" in after
    assert before == after


@pytest.mark.parametrize("more", [[], ["--steps", "10"]])
def test_a_finished_run_is_left_as_it_is(capsys: Captured, language_model_run: Path, more: list[str]) -> None:
    before = contents(language_model_run)
    assert main([*TRAIN, "--out", str(language_model_run), "--resume", *more]) == 0
    assert f"{language_model_run} is finished, with 20 steps" in capsys.readouterr().err
    assert contents(language_model_run) == before


def test_a_finished_run_can_be_prolonged(capsys: Captured) -> None:
    shutil.copytree("run", "longer")
    said(capsys, *TRAIN, "--out", "longer", "--resume", "--steps", "25")
    assert checkpoint.newest(Path("longer/checkpoints"), pytest.fail) == Path("longer/checkpoints/step-00000025")


def test_what_cannot_go_on_leaves_the_run_as_it_was(capsys: Captured, language_model_run: Path) -> None:
    before = contents(language_model_run)
    wrong = ["--model.writer.width", "17", "--steps", "30"]
    assert "model.writer.width cannot change from 16 to 17" in said(
        capsys, *TRAIN, "--out", "run", "--resume", *wrong, code=2
    )
    assert contents(language_model_run) == before


@pytest.mark.parametrize("there", [False, True])
def test_what_is_refused_in_its_first_step_leaves_no_run_behind(capsys: Captured, there: bool) -> None:
    if there:
        Path("new").mkdir()
        Path("new/notes.txt").touch()
    without_pairs = ["--model.kind", "translator", "--data.batching.kind", "documents", "--data.files.unit", "lines"]
    assert "pairs" in said(capsys, *TRAIN, "--out", "new", *without_pairs, code=2)
    assert [path.name for path in Path().glob("new/*")] == (["notes.txt"] if there else [])
    assert Path("new").exists() == there


def test_what_cannot_begin_leaves_no_run_behind(capsys: Captured) -> None:
    assert "5000" in said(capsys, *TRAIN, "--out", "new", "--data.batching.batch", "5000", code=2)
    assert not Path("new").exists()


def test_a_loss_that_explodes_is_a_failure_and_costs_nothing_good(capsys: Captured) -> None:
    shutil.copytree("run", "exploded")
    before = contents(Path("exploded/checkpoints")) | {"best": Path("exploded/model.safetensors").read_bytes()}
    absurd = ["--training.optimizer.rate", "1e30", "--steps", "40"]
    last = said(capsys, *TRAIN, "--out", "exploded", "--resume", *absurd, code=1).splitlines()[-1]
    assert re.match(
        "octavo: the loss became nan in step 2[1-5], whose batch holds the text from tokens [0-9, ]+; ", last
    )
    assert "the last good checkpoint is exploded/checkpoints/step-00000020" in last
    after = contents(Path("exploded/checkpoints")) | {"best": Path("exploded/model.safetensors").read_bytes()}
    assert after == before


def test_a_run_goes_on_with_what_may_change_and_remembers_it(capsys: Captured) -> None:
    shutil.copytree("run", "changed")
    more = [
        "--steps",
        "22",
        "--training.optimizer.rate",
        "0.001",
        "--training.log_every",
        "1",
        "--data.batching.window",
        "9",
    ]
    told = said_aloud(capsys, *TRAIN, "--out", "changed", "--resume", *more)
    assert "training.steps: 20 until now, 22 from here on" in told
    assert "data.batching.window: 16 until now, 9 from here on" in told
    changes = json.loads(Path("changed/run.json").read_text())["changes"]
    fields = {change["field"]: (change["step"], change["after"]) for change in changes}
    assert fields["training.steps"] == (20, 22)
    assert fields["data.batching.window"] == (20, 9)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("data.codec.kind", "words"),
        ("data.batching.batch", "3"),
        ("model.writer.layers", "2"),
        ("model.kind", "autoencoder"),
    ],
)
def test_a_run_does_not_go_on_as_another(capsys: Captured, field: str, value: str) -> None:
    shutil.copytree("run", "other")
    before = contents(Path("other"))
    error = said(capsys, *TRAIN, "--out", "other", "--resume", "--steps", "22", f"--{field}", value, code=2)
    assert error.splitlines()[-1].startswith("octavo: ")
    assert contents(Path("other")) == before

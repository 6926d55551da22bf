"""The command line as people meet it: what is wrong is said in one line, and output can be piped."""

import io
import json
import os
import shutil
import subprocess
import sys
import urllib.error
from collections.abc import Callable
from pathlib import Path

import pytest
from safetensors.torch import load_file

from octavo.cli import main
from octavo.commands.parser import VERBS
from tests.nursery import ROOT
from tests.shell import TRAIN, Captured, contents, said

pytestmark = pytest.mark.usefixtures("here")


# What is wrong, and the nearest choices


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        # verbs, recipes, options, arguments
        ("trian lstm-bytes", ["'trian'", "did you mean train"]),
        ("nonsense", ["'nonsense'", "choose from recipes, train"]),
        ("--vresion", ["--vresion", "--version"]),
        ("train lstm-byte", ["'lstm-byte'", "did you mean lstm-bytes"]),
        ("train lstm-bytes --tine", ["--tine", "--tiny"]),
        ("train lstm-bytes again", ["again", "too many"]),
        ("train", ["RECIPE", "octavo train --help"]),
        ("train lstm-bytes --seed one", ["--seed", "'one'"]),
        ("train lstm-bytes --threads 0", ["--threads", "'0'", "from 1 up"]),
        ("train lstm-bytes --time-limit soon", ["soon", "10m"]),
        ("train lstm-bytes --time-limit -5m", ["--time-limit -5m", "10m"]),
        ("train lstm-bytes --data wiktext-2", ["wiktext-2", "did you mean wikitext-2"]),
        ("train lstm-bytes --data text.txt --valid enwik", ["enwik", "did you mean enwik9 or enwik8"]),
        ("evaluate run --data tinytoys", ["tinytoys", "toys"]),
        ("interpolate vectors a b --steps x", ["--steps", "'x' is no whole number from 1 up"]),
        ("data prepare text.txt --unit line", ["'line'", "did you mean lines"]),
        ("score run text.tsv", ["text.tsv", "no column 'text'", "review"]),
        ("data prepare text.tsv --text-column reviews", ["no column 'reviews'", "review"]),
        ("train lstm-bytes --device gpu", ["'gpu'", "auto, cpu, cuda, mps"]),
        ("train lstm-bytes --precision fp8", ["'fp8'", "auto, fp32, bf16"]),
        ("generate run --temprature 1", ["--temprature", "--temperature"]),
        ("generate run --model.writer.width 3", ["--model.writer.width", "only octavo train"]),
        ("generate run --temperature -1", ["-1", "0 (greedy) or above"]),
        ("generate run --num 0", ["--num", "'0'"]),
        ("generate run --num-beams 0", ["--num-beams", "'0'"]),
        ("generate run --top-p 2", ["top_p", "2.0", "at most 1"]),
        ("evaluate run --rows 0", ["--rows", "'0'"]),
        ("evaluate run --split tset", ["'tset'", "test"]),
        ("score run --unit line", ["'line'", "did you mean lines"]),
        ("interpolate vectors a", ["LAST"]),
        ("interpolate vectors a b --steps 1", ["--steps 1", "2"]),
        ("complete run --prompt a --threshold 2", ["threshold 2.0"]),
        ("data lst", ["'lst'", "did you mean list"]),
        ("data get ptbb", ["'ptbb'", "ptb"]),
        ("figure losses run --out x.png", ["'losses'"]),
        # fields
        ("train lstm-bytes --training.stepz 5", ["'stepz'", "did you mean steps"]),
        ("train lstm-bytes --training.steps many", ["training.steps", "'many'"]),
        ("train lstm-bytes --training.steps -5", ["training.steps", "-5", "greater than 0"]),
        ("train lstm-bytes --training.optimizer.kind sdg", ["'sdg'", "did you mean sgd"]),
        ("train lstm-bytes --model.kind autoencodr", ["'autoencodr'", "autoencoder"]),
        ("train lstm-bytes --model.writer.widht 30", ["'widht'", "width"]),
        ("train lstm-bytes --model.writer.width", ["--model.writer.width", "needs a value"]),
        ("train lstm-bytes --data.codec.kind byte", ["'byte'", "did you mean bytes"]),
        ("train lstm-bytes --trainig.steps 5", ["'trainig'", "training"]),
        ("train lstm-bytes --config nowhere.toml", ["nowhere.toml", "No such file"]),
        ("train lstm-bytes --config typo.toml", ["'stepz'", "did you mean steps"]),
        ("train lstm-bytes --config broken.toml", ["broken.toml", "line 1"]),
        # files and runs
        ("train lstm-bytes --data txt.txt", ["txt.txt", "did you mean text.txt"]),
        ("train lstm-bytes --data empty.txt", ["empty.txt", "no text"]),
        ("train lstm-bytes --data no-run", ["no-run", "no files"]),
        ("train lstm-bytes --data latin.txt --data.codec.kind characters", ["latin.txt: byte 3 (0xe9)", "bytes"]),
        ("train lstm-bytes --data text.txt --out text.txt", ["--out text.txt", "folder"]),
        ("train lstm-bytes --data text.txt --out text.txt/run", ["--out text.txt/run", "text.txt is a file"]),
        ("train lstm-bytes --data text.txt --out /proc/run", ["--out /proc/run", "cannot be written"]),
        ("evaluate run --record no-run", ["--record no-run", "is a folder"]),
        ("evaluate run --record /proc/x.json", ["--record /proc", "cannot be written"]),
        ("figure learning run --out x.foo", ["x.foo", "'.foo'", ".png"]),
        ("figure learning run --out x", ["--out x", ".png"]),
        ("encode vectors text.txt --out /proc/x.npz", ["--out /proc", "cannot be written"]),
        ("bench lm-step --out no-run", ["--out no-run", "is a folder"]),
        ("evaluate rnus/run", ["no run rnus/run"]),
        ("train lstm-bytes --data text.txt --out run", ["run", "--resume"]),
        ("train lstm-autoencoder --out run --resume", ["lstm-bytes", "lstm-autoencoder"]),
        ("evaluate rnu", ["rnu", "did you mean run"]),
        ("evaluate no-run", ["no-run", "recipe.toml"]),
        ("evaluate run --data txt.txt", ["txt.txt", "text.txt"]),
        ("score run missing.txt", ["missing.txt"]),
        ("score run empty.txt", ["empty.txt", "no text"]),
        ("export run --out text.txt", ["--out text.txt", "folder"]),
        # what a model cannot do
        ("encode run text.txt", ["language_model", "autoencoder"]),
        ("classify run", ["language_model", "classifier"]),
        ("generate vectors", ["autoencoder", "language_model"]),
        ("inspect vectors", ["autoencoder", "language_model"]),
    ],
)
def test_wrong_usage_is_one_line_that_names_the_value_and_the_choices(
    capsys: Captured, line: str, parts: list[str]
) -> None:
    before = sorted(Path().iterdir())
    capsys.readouterr()
    assert main(line.split()) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("octavo: ")
    assert captured.err.count("\n") == 1
    assert [part for part in parts if part not in captured.err] == []
    assert sorted(Path().iterdir()) == before, "nothing is begun"


@pytest.mark.parametrize("name", ["recipe.toml", "codec.json", "run.json", "model.safetensors"])
def test_a_run_with_a_broken_file_names_it(capsys: Captured, name: str) -> None:
    shutil.copytree("run", "broken")
    Path("broken", name).write_bytes(b"{ broken \xff")
    assert f"broken/{name} is not what was written there" in said(capsys, "generate", "broken", code=1)


def test_weights_of_another_model_are_a_failure(capsys: Captured) -> None:
    shutil.copytree("run", "mixed")
    shutil.copy("vectors/model.safetensors", "mixed/model.safetensors")
    assert "the checkpoint is of another model" in said(capsys, "generate", "mixed", code=1)


def test_a_pickle_among_the_checkpoints_is_a_failure(capsys: Captured) -> None:
    shutil.copytree("run", "pickled")
    newest = Path("pickled/checkpoints/step-00000099")
    newest.mkdir()
    (newest / "model.pt").write_bytes(b"anything")
    last = said(capsys, *TRAIN, "--out", "pickled", "--resume", "--steps", "30", code=1).splitlines()[-1]
    assert "model.pt is a pickle" in last


def test_a_failed_download_is_a_failure(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*given: object, **more: object) -> None:
        raise urllib.error.URLError("nobody there")

    monkeypatch.setattr("urllib.request.urlopen", refuse)
    last = said(capsys, "data", "get", "text8", "--data-root", "corpora", code=1).splitlines()[-1]
    assert "text8.zip could not be fetched" in last
    assert "nobody there" in last


def test_debug_shows_where_and_the_line_all_the_same(capsys: Captured) -> None:
    plain = said(capsys, "evaluate", "rnu", code=2)
    debugged = said(capsys, "evaluate", "rnu", "--debug", code=2)
    assert "Traceback" not in plain
    assert "Traceback" in debugged
    assert debugged.endswith(plain)
    assert said(capsys, "--debug", "recipes") == said(capsys, "recipes")


# Help


@pytest.mark.parametrize("verb", [verb.name for verb in VERBS])
def test_every_verb_has_help(capsys: Captured, verb: str) -> None:
    page = said(capsys, verb, "--help")
    assert page.startswith(f"usage: octavo {verb}")
    [options] = [one.options for one in VERBS if one.name == verb]
    assert [name for name, _ in options if name.startswith("-") and name not in page] == []


def test_help_names_every_verb() -> None:
    command = [sys.executable, "-m", "octavo", "--help"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert [verb.name for verb in VERBS if verb.name not in ran.stdout] == []


def test_help_is_there_at_once_for_it_imports_nothing_heavy() -> None:
    heavy = ["torch", "numpy", "pydantic", "huggingface_hub", "matplotlib"]
    ask = f"import sys; from octavo.cli import main; main(['--help']); print([m for m in {heavy} if m in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", ask], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines()[-1] == "[]"


# Refusals and what may change


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("export run --out run", ["--out run holds a run", "another folder"]),
        ("export run --out begun", ["--out begun holds a run"]),
        ("evaluate run --record row.json --data text.txt", ["--record", "leave out --data"]),
        ("evaluate exported --record row.json", ["exported has no checkpoint", "trained here"]),
    ],
)
def test_what_would_harm_or_mislead_is_refused(capsys: Captured, line: str, parts: list[str]) -> None:
    Path("begun").mkdir()
    shutil.copy("run/recipe.toml", "begun")
    if "exported" in line:
        said(capsys, "export", "run", "--out", "exported")
    before = contents(Path("run"))
    error = said(capsys, *line.split(), code=2)
    assert [part for part in parts if part not in error] == []
    assert contents(Path("run")) == before
    assert not Path("row.json").exists()


# Output


@pytest.mark.parametrize(
    "line",
    [
        "recipes",
        "evaluate run",
        "evaluate run --data text.txt",
        "score run text.txt",
        "generate run --num 2 --max-new-tokens 9",
        "complete run --prompt a --threshold 0.9",
        "inspect run --text text.txt",
        "reconstruct vectors text.txt",
        "interpolate vectors one two --steps 3",
        "data list",
    ],
)
def test_json_can_be_parsed(capsys: Captured, line: str) -> None:
    def no_constant(name: str) -> None:
        raise AssertionError(f"{name} is no JSON")

    rows = said(capsys, *line.split(), "--json").splitlines()
    assert all(isinstance(json.loads(row, parse_constant=no_constant), dict) for row in rows)
    assert rows or "complete" in line


def test_encode_gives_a_vector_for_each_line(capsys: Captured) -> None:
    rows = [json.loads(row) for row in said(capsys, "encode", "vectors", "text.txt").splitlines()]
    assert (len(rows), len(rows[0]["vector"])) == (120, 16)
    assert rows[0]["vector"] != rows[1]["vector"]


@pytest.fixture
def stdin(monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes], None]:
    def feed(text: bytes) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))

    return feed


@pytest.mark.parametrize("file", [["-"], []])
def test_a_dash_is_standard_input_and_the_default(
    capsys: Captured, stdin: Callable[[bytes], None], file: list[str]
) -> None:
    stdin(Path("text.txt").read_bytes())
    piped = said(capsys, "score", "run", *file)
    assert piped == said(capsys, "score", "run", "text.txt")
    assert piped.count("\n") == 121


def test_training_reads_standard_input(capsys: Captured, stdin: Callable[[bytes], None]) -> None:
    stdin(Path("text.txt").read_bytes())
    said(capsys, *TRAIN, "--data", "-", "--out", "piped")
    weights, expected = load_file("piped/model.safetensors"), load_file("run/model.safetensors")
    assert all(weights[name].equal(expected[name]) for name in expected)


def test_an_output_that_is_full_is_named() -> None:
    """Bytes beyond the buffer, so that a write fails in the midst of the verb and not at its end."""
    run = str(Path("run").resolve())
    for words in (["recipes"], ["inspect", run, "--text", str(Path("text.txt").resolve()), "--json"]):
        with Path("/dev/full").open("w") as full:
            command = [sys.executable, "-m", "octavo", *words]
            ran = subprocess.run(command, cwd=ROOT, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
        assert (ran.returncode, ran.stderr) == (1, "octavo: standard output: No space left on device\n")


def test_a_prompt_may_hold_what_is_no_utf8(capsys: Captured) -> None:
    prompt = os.fsdecode(b"caf\xe9 ")
    [row] = said(
        capsys, "generate", "run", "--prompt", prompt, "--num", "1", "--stop", os.fsdecode(b"\xff"), "--json"
    ).splitlines()
    assert json.loads(row)["prompt"] == "caf\N{REPLACEMENT CHARACTER} "
    assert said(capsys, "generate", "run", "--prompt", prompt, "--num", "1").startswith("caf")
    assert said(capsys, "interpolate", "vectors", prompt, "a", "--steps", "2")


def test_the_column_of_a_table_can_be_named(capsys: Captured) -> None:
    rows = [
        json.loads(row)
        for row in said(capsys, "score", "run", "text.tsv", "--text-column", "review", "--json").splitlines()
    ]
    assert [row["bytes"] for row in rows] == [5, 6]
    assert len(said(capsys, "encode", "vectors", "text.tsv", "--text-column", "review").splitlines()) == 2
    Path("long.tsv").write_text("review\tstars\n" + "to be\t5\n" * 40)
    facts = said(
        capsys, "data", "prepare", "long.tsv", "--unit", "documents", "--text-column", "review+stars", "--json"
    )
    assert [json.loads(row)["bytes"] for row in facts.splitlines()] == [36 * 7, 14, 14]


@pytest.mark.parametrize("buffered", ["", "1"])
def test_a_reader_that_has_enough_is_not_an_error(buffered: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    environment = os.environ | {"PYTHONUNBUFFERED": buffered}
    command = [sys.executable, "-m", "octavo", "--help"]
    ran = subprocess.run(command, cwd=ROOT, stdout=writing, stderr=subprocess.PIPE, env=environment, check=False)
    os.close(writing)
    assert (ran.returncode, ran.stderr) == (0, b"")

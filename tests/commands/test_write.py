"""Texts and vectors from a run, by every verb that gives some."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from octavo.cli import main


def said(capsys: pytest.CaptureFixture[str], *words: object) -> str:
    assert main([*map(str, words)]) == 0
    return capsys.readouterr().out


def test_generate_goes_on_from_the_prompt_as_often_as_asked(
    capsys: pytest.CaptureFixture[str], language_model_run: Path
) -> None:
    ask = ["generate", language_model_run, "--prompt", "to be", "--num", 3, "--max-new-tokens", 8, "--json"]
    rows = [json.loads(line) for line in said(capsys, *ask).splitlines()]
    assert len(rows) == 3
    assert all(row["prompt"] == "to be" for row in rows)
    assert said(capsys, *ask) == said(capsys, *ask)
    assert said(capsys, *ask) != said(capsys, *ask, "--seed", 1)
    plain = said(capsys, *ask[:-1])
    assert plain.count("-" * 40) == 2
    assert plain.startswith("to be")


@pytest.mark.parametrize(
    ("unit", "prompt", "text", "whole"),
    [
        ("word", "I think", "they will", "I think they will"),
        ("word", "I think ", "they will", "I think they will"),
        ("word", "I think", "\nthey will", "I think\nthey will"),
        ("word", "", "they will", "they will"),
        ("word", "I think", "", "I think"),
        ("byte", "I thi", "nk", "I think"),
    ],
)
def test_words_stand_apart_from_the_prompt(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, unit: str, prompt: str, text: str, whole: str
) -> None:
    run = SimpleNamespace(codec=SimpleNamespace(unit=unit))
    model = SimpleNamespace(run=run, generate=lambda *_, **options: [text])
    monkeypatch.setattr("octavo.commands.write.load", lambda *options: model)
    assert said(capsys, "generate", "run", "--prompt", prompt, "--num", 1) == whole + "\n"


def test_a_vae_writes_from_its_prior_and_shows_the_nearest_training_text(
    capsys: pytest.CaptureFixture[str], vae_run: Path
) -> None:
    ask = ["generate", vae_run, "--num", 3, "--temperature", 0, "--max-new-tokens", 8, "--nearest", "--json"]
    rows = [json.loads(line) for line in said(capsys, *ask).splitlines()]
    assert len({row["text"] for row in rows}) > 1
    assert all(0 <= row["overlap"] <= 1 for row in rows)
    assert said(capsys, *ask) == said(capsys, *ask)
    assert said(capsys, *ask) != said(capsys, *ask, "--seed", 1)
    assert said(capsys, *ask[:-1]).count("nearest in training, ") == 3


def test_a_prompt_may_be_empty(capsys: pytest.CaptureFixture[str], language_model_run: Path) -> None:
    greedy = ["--num", 1, "--temperature", 0, "--max-new-tokens", 4, "--json"]
    [row] = said(capsys, "generate", language_model_run, *greedy).splitlines()
    assert json.loads(row)["prompt"] == ""


@pytest.mark.parametrize(("temperature", "told"), [(0, "all 3 texts are the same"), (1, "")])
def test_texts_that_are_all_one_say_why(
    capsys: pytest.CaptureFixture[str], language_model_run: Path, temperature: int, told: str
) -> None:
    ask = ["generate", language_model_run, "--num", 3, "--max-new-tokens", 8, "--temperature", temperature]
    assert main([*map(str, ask)]) == 0
    warned = capsys.readouterr().err
    assert warned.startswith(told)
    assert bool(warned) == bool(told)


def test_completions_are_likely_and_in_order(capsys: pytest.CaptureFixture[str], language_model_run: Path) -> None:
    asked = ["complete", language_model_run, "--prompt", "to b", "--threshold", 0.0005, "--json"]
    rows = [json.loads(row) for row in said(capsys, *asked).splitlines()]
    assert rows
    probabilities = [row["probability"] for row in rows]
    assert probabilities == sorted(probabilities, reverse=True)
    assert probabilities[-1] >= 0.0005


def test_that_no_completion_is_likely_is_said(capsys: pytest.CaptureFixture[str], language_model_run: Path) -> None:
    assert main(["complete", str(language_model_run), "--prompt", "to b", "--threshold", "1"]) == 0
    out, err = capsys.readouterr()
    assert (out, "no word after 'to b' is as likely as 1" in err) == ("", True)


def test_each_line_is_translated(tmp_path: Path, capsys: pytest.CaptureFixture[str], translator_run: Path) -> None:
    (tmp_path / "text.txt").write_text("好的马\n\n完美的谷仓\n", "utf-8")
    asked = ["translate", translator_run, tmp_path / "text.txt", "--num-beams", 2]
    rows = [json.loads(line) for line in said(capsys, *asked, "--json").splitlines()]
    assert [row["text"] for row in rows] == ["好的马", "", "完美的谷仓"]
    assert said(capsys, *asked).splitlines() == [row["translation"] for row in rows]
    assert [bool(row["translation"]) for row in rows] == [True, False, True]


def test_what_cannot_translate_says_so(capsys: pytest.CaptureFixture[str], language_model_run: Path) -> None:
    assert main(["translate", str(language_model_run)]) == 2
    assert "cannot translate; models that can: translator" in capsys.readouterr().err


def test_a_files_beginning_is_gone_on_from_beside_its_truth(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], language_model_run: Path
) -> None:
    (tmp_path / "text.txt").write_text("to be or not to be, that is the question")
    asked = ["generate", language_model_run, "--text", tmp_path / "text.txt", "--given", 9, "--num", 2]
    rows = [json.loads(line) for line in said(capsys, *asked, "--max-new-tokens", 7, "--json").splitlines()]
    assert [(row["prompt"], row["truth"]) for row in rows] == [("to be or ", "not to ")] * 2
    prompted = said(capsys, "generate", language_model_run, "--prompt", "to be or ", "--num", 2, "--max-new-tokens", 7)
    texts = [text.removeprefix("to be or ") for text in prompted[:-1].split(f"\n{'-' * 40}\n")]
    assert [row["text"] for row in rows] == texts
    plain = said(capsys, *asked, "--max-new-tokens", 7)
    assert [name in plain for name in ("prompt--", "sample 1--", "sample 2--", "truth--")] == [True] * 4
    for more, message in ((["--prompt", "x"], "give one of them"), (["--given", "40"], "none is left as truth")):
        assert main([*map(str, asked), *more]) == 2
        assert message in capsys.readouterr().err

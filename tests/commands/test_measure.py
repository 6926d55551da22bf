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
    assert min(shown["wall_seconds"], shown["processor_seconds"]) > 0
    assert shown["metrics"].keys() == {"valid", "test"}
    [one] = rows("evaluate", language_model_run, "--record", tmp_path / "one.json", "--split", "valid")
    assert one["metrics"].keys() == {"valid"}
    assert one["metrics"]["valid"]["bits_per_byte"] == shown["metrics"]["valid"]["bits_per_byte"]


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


def test_an_empty_text_has_nothing_to_inspect(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], language_model_run: Path
) -> None:
    (tmp_path / "empty.txt").touch()
    assert main(["inspect", str(language_model_run), "--text", str(tmp_path / "empty.txt")]) == 2
    assert "empty.txt holds no text" in capsys.readouterr().err


def test_inspect_tells_what_a_reader_holds_at_every_token(tmp_path: Path, rows: Any, classifier_run: Path) -> None:
    (tmp_path / "text.txt").write_text("the cat,the mat")
    told = rows("inspect", classifier_run, "--states", 5, "--text", tmp_path / "text.txt")
    assert [row["token"] for row in told] == ["the", "cat", "<unk>", "the", "mat", "<end>"]
    assert all(len(row["states"]) == 5 for row in told)
    assert told[0]["states"] != told[3]["states"], "they have read different things"


def test_states_are_of_readers_that_have_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], language_model_run: Path
) -> None:
    (tmp_path / "text.txt").write_text("to be")
    assert main(["inspect", str(language_model_run), "--states", "5", "--text", str(tmp_path / "text.txt")]) == 2
    assert "no hidden states to show: one with a reader of QRNN has" in capsys.readouterr().err


def test_evaluate_gives_a_classifiers_confusions_as_json(rows: Any, classifier_run: Path) -> None:
    [measured] = rows("evaluate", classifier_run)
    assert measured["confusion"].keys() == measured["accuracy_by_label"].keys() == {"long", "short"}


def test_evaluate_counts_bleu_of_as_many_texts_as_asked_for(
    rows: Any, translator_run: Path, language_model_run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    [measured] = rows("evaluate", translator_run, "--limit", 4, "--num-beams", 2, "--alpha", 0.5)
    assert (measured["bleu_texts"], measured["num_beams"], measured["alpha"]) == (4, 2, 0.5)
    assert main(["evaluate", str(language_model_run), "--limit", "4"]) == 2
    assert "language_model, cannot translate; models that can: translator" in capsys.readouterr().err


def test_classify_gives_each_label_its_probability(
    tmp_path: Path, rows: Any, classifier_run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "text.txt").write_text("the cat\nrain fell over old towns and a mat\n")
    found = rows("classify", classifier_run, tmp_path / "text.txt")
    assert [sum(row["probabilities"].values()) for row in found] == pytest.approx([1, 1])
    assert all(row["probabilities"][row["label"]] >= 0.5 for row in found)
    assert main(["classify", str(classifier_run), str(tmp_path / "text.txt"), "--unit", "documents"]) == 0
    [line] = capsys.readouterr().out.splitlines()
    first, sure, second, rest = line.split("\t")
    assert {first, second} == {"long", "short"}
    assert float(sure) >= float(rest)
    assert float(sure) + float(rest) == pytest.approx(1, abs=2e-4)


def test_classify_gives_each_cluster_its_probability(tmp_path: Path, rows: Any, clustering_run: Path) -> None:
    (tmp_path / "text.txt").write_text("the cat\nrain fell over old towns and a mat\n")
    found = rows("classify", clustering_run, tmp_path / "text.txt")
    assert [[*row["probabilities"]] for row in found] == [["0", "1", "2", "3"]] * 2
    assert [sum(row["probabilities"].values()) for row in found] == pytest.approx([1, 1])
    assert all(row["label"] == max(row["probabilities"], key=row["probabilities"].get) for row in found)


def test_a_copy_test_ranks_what_comes_after_either_seed(
    tmp_path: Path, rows: Any, language_model_run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "ann was old when ann met bob, and ann said so"
    (tmp_path / "text.txt").write_text(text)
    asked = ["inspect", language_model_run, "--text", tmp_path / "text.txt", "--given", 30]
    [found] = rows(*asked, "--copy-test", "ann=zjak", "--pronoun", "he")
    assert found["test"]["corrupted"] == "zjak was old when he met bob, "
    assert "".join(found["tokens"]) == "and zjak said so"
    assert "".join(found["tokens"][found["begin"] : found["end"]]) == "zjak"
    for seed in ("corrupted", "original"):
        told = octavo.load(language_model_run).inspect(found["test"][seed] + "and zjak said so")
        assert found[seed] == [one.rank for one in told[-16:]]
    assert found["mean_rank"] == pytest.approx(sum(found["corrupted"][5:8]) / 3)
    assert main([*map(str, asked), "--copy-test", "ann"]) == 2
    assert "--copy-test ann: a name of the text and a made-up one" in capsys.readouterr().err


def test_evaluate_takes_contexts_and_dynamics_from_its_options(
    rows: Any, language_model_run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    contexts = ["--context", 3, 8, "--sample", 20, "--seed", 5]
    [measured] = rows("evaluate", language_model_run, *contexts, "--dynamic", "--rule", "sgd", "--rate", 0.1)
    assert [*measured["contexts"]["by_length"]] == ["3", "8"]
    assert (measured["contexts"]["sample"], measured["contexts"]["seed"]) == (20, 5)
    assert (measured["dynamic"]["rule"], measured["dynamic"]["rate"]) == ("sgd", 0.1)
    for wrong, said in ((["--sample", "5"], "--stride and --sample are of --context"), (["--rate", "1"], "--rate is")):
        assert main(["evaluate", str(language_model_run), *wrong]) == 2
        assert said in capsys.readouterr().err

"""Every study of a run that encodes, and what its figures are made of."""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import octavo
from octavo import latent_files, latents
from octavo.cli import main
from octavo.data.chosen import sample
from octavo.evaluation.reconstruction import Reconstruction
from octavo.figures import FIGURES
from octavo.measuring import Measuring, evaluate
from octavo.runs import Run
from octavo.studies import COMPARISONS, STUDIES, StudyConfig
from octavo.studies.corpus import facts
from octavo.studies.end_of_text import differences
from octavo.studies.lengths import errors_by_length
from octavo.studies.samples import samples, stores
from octavo.studies.speed import trainer_of
from octavo.training import checkpoint
from octavo.training.state import flatten_model

END = 9
SETTINGS = StudyConfig(samples=8)


@pytest.fixture(scope="module")
def run(autoencoder_run: Path) -> Run:
    return octavo.load(autoencoder_run, "cpu").run


def one(truth: list[int], made: list[int]) -> Reconstruction:
    return Reconstruction(np.array(truth), np.array(made))


def splits(found: dict[str, Any]) -> list[Any]:
    return [found[split] for split in ("train", "test")]


def test_samples_are_of_both_splits_and_no_longer_than_asked(run: Run) -> None:
    found = samples(run, StudyConfig(samples=8, longest=40))
    assert list(found) == ["train", "test"]
    assert [len(ids) for ids in found.values()] == [8, min(8, len(stores(run)["test"]))]
    assert max(map(len, found["train"])) <= 40 < max(map(len, samples(run, StudyConfig(longest=64))["train"]))
    trained = sample(stores(run)["train"], 8, longest=32)
    assert [one.tolist() for one in samples(run, SETTINGS)["train"]] == [one.tolist() for one in trained]
    stretches = samples(run, StudyConfig(samples=8, stretches=True))["train"]
    assert all(len(one) <= 32 and one[-1] == run.codec.alphabet.end for one in stretches)


def test_lengths_that_no_text_has_or_no_model_takes_are_refused(run: Run) -> None:
    for longest, message in (
        (1, r"--longest 1: the shortest text has \d+ tokens: raise it, or --stretches"),
        (1 << 17, "--longest 131072: this run's model takes texts of 65,536 tokens at most"),
    ):
        with pytest.raises(ValueError, match=message):
            STUDIES["error"](run, StudyConfig(longest=longest))


def test_a_study_is_written_to_a_file_and_nowhere_else(
    autoencoder_run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for out, message in ((str(tmp_path), f"--out {tmp_path} is a folder"), ("-", "--out -: a study is a file")):
        assert main(["study", "error", str(autoencoder_run), "--out", out]) == 2
        assert message in capsys.readouterr().err


def test_errors_are_of_each_split_with_the_teacher_forced_beside(run: Run) -> None:
    for found in splits(STUDIES["error"](run, SETTINGS)):
        assert 0 < found["byte_error_teacher_forced"] <= 1
        assert 0 < found["byte_error"] <= 1
        assert found["texts"] <= 8


def test_at_once_there_is_nothing_to_force_and_every_level_has_its_end(one_shot_run: Path) -> None:
    run = octavo.load(one_shot_run, "cpu").run
    assert "byte_error_teacher_forced" not in STUDIES["error"](run, SETTINGS)["test"]
    for found in splits(STUDIES["end-of-text"](run, SETTINGS)):
        assert sum(found["differences"].values()) + found["never"] == found["texts"]


def test_differences_are_counted_from_the_first_end() -> None:
    found = differences(
        [
            one([1, 2, END], [1, 2, END, 5, END]),
            one([1, 2, END], [1, END, 3, 4]),
            one([1, 2, END], [1, 3, 3, END]),
            one([1, END], [7, 7, 7]),
        ],
        END,
    )
    assert found == {"texts": 4, "share_at_0": 0.25, "differences": {"-1": 1, "0": 1, "1": 1}, "never": 1}


def test_the_end_of_text_is_studied_on_every_text(run: Run) -> None:
    for found in splits(STUDIES["end-of-text"](run, SETTINGS)):
        assert sum(found["differences"].values()) + found["never"] == found["texts"]


def test_a_copier_would_lie_on_the_diagonal(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def copies(run: Run, ids: list[np.ndarray], beams: int, read: list[np.ndarray]) -> list[Reconstruction]:
        return [Reconstruction(truth, other) for truth, other in zip(ids, read, strict=True)]

    monkeypatch.setattr(latents, "reconstruct", copies)
    for rows in splits(STUDIES["mutation"](run, StudyConfig(samples=50))):
        assert [row["share"] for row in rows] == [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]
        assert all(row["error_against_truth"] == row["replaced"] for row in rows)
        assert all(row["error_against_read"] == 0 for row in rows)
        assert rows[0]["replaced"] == 0
        assert 0.4 < rows[5]["replaced"] < 0.55
        assert 0.9 < rows[10]["replaced"] < 1  # all but the ends


def test_mutation_is_studied_by_what_comes_back(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["octavo.studies.mutation"], "SHARES", [0.0])
    for rows in splits(STUDIES["mutation"](run, StudyConfig(samples=3))):
        assert rows[0]["error_against_truth"] == rows[0]["error_against_read"] > 0


def test_errors_are_binned_by_length_with_the_end() -> None:
    long = [1] * 64
    rows = errors_by_length([one([1, END], [1, END]), one([*long, END], [*long, 1]), one([1] * 64, [2] * 64)], 64)
    assert [(row["up_to"], row["texts"]) for row in rows] == [(64, 2), (128, 1)]
    assert [row["error"] for row in rows] == pytest.approx([64 / 66, 1 / 65])


def test_lengths_beyond_training_are_told_from_those_within(run: Run) -> None:
    found = STUDIES["lengths"](run, StudyConfig(samples=100, longest=128))
    assert found["longest_trained"] == 32
    assert {row["up_to"] % 8 for row in found["train"]} == {0}
    assert sum(row["texts"] for row in found["train"]) == 100


def test_what_is_written_from_the_prior_stands_beside_held_out_texts(vae_run: Path) -> None:
    found = STUDIES["prior"](octavo.load(vae_run, "cpu").run, StudyConfig(samples=5, longest=48))
    assert [len(found[name]["first"]) for name in ("greedy", "sampled", "held_out")] == [5, 5, 5]
    assert found["sampled"]["different"] == 1
    assert all(" times " in text for text in found["held_out"]["first"])
    assert [len(walk) for walk in found["walks"]] == [2 + 7, 2 + 7]


def test_at_once_too_what_is_sampled_is_not_the_likeliest(one_shot_vae_run: Path) -> None:
    found = STUDIES["prior"](octavo.load(one_shot_vae_run, "cpu").run, StudyConfig(samples=5))
    assert found["greedy"]["first"] != found["sampled"]["first"]


def test_vectors_are_timed_and_held_against_their_eight_bits(
    one_shot_run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = octavo.load(one_shot_run, "cpu").run
    found = STUDIES["vectors"](run, SETTINGS)["test"]
    ids = samples(run, SETTINGS)["test"]
    assert (found["texts"], found["tokens"]) == (len(ids), sum(map(len, ids)))
    assert found["positions"] == sum(latents.level_of(run, len(one)) for one in ids) > found["tokens"]
    assert found["error"] == latents.errors(run, ids)["byte_error"]
    assert found["texts_compared"] == len(ids)
    assert found["seconds_for_10000"] * found["texts_per_s"] == pytest.approx(10_000, rel=0.01)
    monkeypatch.setattr(latent_files, "rounded", lambda made: made._replace(vectors_NZ=0 * made.vectors_NZ))
    nothing = STUDIES["vectors"](run, SETTINGS)["test"]
    assert nothing["error"] == found["error"] != nothing["error_in_eight_bits"]


def test_a_corpus_is_counted_whole(run: Run) -> None:
    store = stores(run)["train"]
    found = facts(store)
    assert found["texts"] == len(store) == found["longer"] + sum(row["texts"] for row in found["histogram"])
    assert found["mean_length"] * found["texts"] == pytest.approx(len(store.tokens))
    assert found["share_up_to_1024"] == 1
    assert STUDIES["data"](run, SETTINGS)["test"]["texts"] == len(stores(run)["test"])


def test_the_command_writes_what_was_found_with_how_it_was_trained(tmp_path: Path, autoencoder_run: Path) -> None:
    out = tmp_path / "new" / "study.json"
    assert main(["study", "end-of-text", str(autoencoder_run), "--out", str(out), "--samples", "4"]) == 0
    written = json.loads(out.read_text())
    assert (written["study"], written["settings"]["samples"]) == ("end-of-text", 4)
    [row] = written["runs"]
    assert (row["recipe"], row["steps"], row["data"][-8:]) == ("lstm-autoencoder", 20, "text.txt")
    assert row["found"]["test"]["texts"] == 4


def test_a_text_is_studied_by_all_that_can_be_asked_of_it_and_drawn(tmp_path: Path, language_model_run: Path) -> None:
    (tmp_path / "text.txt").write_text("ann was old when ann met bob, and ann said so")
    asked = ["study", "text", str(language_model_run), "--text", str(tmp_path / "text.txt"), "--given", "30"]
    assert main([*asked, "--copy-test", "ann=zjak", "--out", str(tmp_path / "study.json")]) == 0
    found = json.loads((tmp_path / "study.json").read_text())["runs"][0]["found"]
    assert (found["truth"], len(found["samples"]), len(found["inspected"])) == ("and ann said so", 3, 45)
    assert found["copied"]["test"]["corrupted"] == "zjak was old when she met bob, "
    for name in ("inspect", "copy-test"):
        FIGURES[name]([tmp_path / "study.json"], tmp_path / f"{name}.png")
    assert main([*asked[:-1], "45", "--out", str(tmp_path / "other.json")]) == 2
    assert main(["study", "text", str(language_model_run), "--out", str(tmp_path / "other.json")]) == 2


def test_a_study_that_is_none_is_named(
    tmp_path: Path, autoencoder_run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["study", "mutations", str(autoencoder_run), "--out", str(tmp_path / "x.json")]) == 2
    assert "no study 'mutations': did you mean mutation" in capsys.readouterr().err


def test_a_run_that_does_not_encode_is_refused(
    tmp_path: Path, language_model_run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["study", "error", str(language_model_run), "--out", str(tmp_path / "x.json")]) == 2
    assert "cannot encode" in capsys.readouterr().err


def test_speed_stands_beside_what_texts_cost(vae_run: Path, language_model_run: Path) -> None:
    run, other = (octavo.load(folder, "cpu").run for folder in (vae_run, language_model_run))
    found, without = (one["test"] for one in COMPARISONS["speed"]([run, other], StudyConfig(samples=5, longest=6)))
    measured = evaluate(run, "test", rows=32, measuring=Measuring(texts=5))
    assert found["kl"] == measured["kl"] > 0
    assert found["reconstruction"] == measured["reconstruction"]
    assert found["written"] == 6
    assert min(found["tokens_per_s_of_32"], found["tokens_per_s_of_1"]) > 0
    assert found["ms_per_update"] > 0
    assert "kl" not in without
    assert without["bits_per_byte"] > 0


def test_a_run_s_curve_is_kept_with_what_it_came_to_on_held_out_texts(
    one_shot_run: Path, autoencoder_run: Path, tmp_path: Path
) -> None:
    out = tmp_path / "curves.json"
    runs = [str(one_shot_run), str(autoencoder_run)]
    assert main(["study", "curves", *runs, "--samples", "8", "--out", str(out), "--device", "cpu"]) == 0
    rows = json.loads(out.read_text())["runs"]
    for folder, row in zip((one_shot_run, autoencoder_run), rows, strict=True):
        found, log = row["found"], [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
        for name in ("step", "split", "bits_per_byte", "processor_seconds"):
            assert [line[name] for line in found["curve"]] == [line[name] for line in log]
        assert "seconds" not in found["curve"][0]
        assert found["held_out"]["step"] == row["best_step"]
    run = octavo.load(one_shot_run, "cpu").run
    at_once, one_by_one = (row["found"]["held_out"] for row in rows)
    assert at_once["error"] == latents.errors(run, samples(run, SETTINGS)["test"])["byte_error"]
    run = octavo.load(autoencoder_run, "cpu").run
    errors = latents.errors(run, samples(run, SETTINGS)["test"], 2)
    assert one_by_one["error"] == errors["byte_error_teacher_forced"]
    assert one_by_one["error_written_freely"] == errors["byte_error"]
    FIGURES["learning"]([out], tmp_path / "figure.png")


def test_what_is_timed_is_the_training_itself(vae_run: Path) -> None:
    trainer = trainer_of(octavo.load(vae_run, "cpu").run)
    last = checkpoint.newest(vae_run / "checkpoints", print)
    assert last is not None
    for _ in range(checkpoint.step_of(last)):
        trainer.update()
    trained, _ = checkpoint.load(last)
    torch.testing.assert_close(flatten_model(trainer.model), trained["model"], rtol=0, atol=0)


def test_of_what_writes_at_once_only_the_training_is_timed(one_shot_run: Path) -> None:
    [found] = COMPARISONS["speed"]([octavo.load(one_shot_run, "cpu").run], SETTINGS)
    assert found["test"]["ms_per_update"] > 0
    assert not [name for name in found["test"] if "tokens_per_s" in name or name == "written"]

"""Texts to vectors and back, by every verb that does a part of it."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import octavo
from octavo import latents
from octavo.cli import main
from octavo.texts import encoded

TEXTS = "to be\nor not\n\nto be, or not to be, or to have been something longer\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "text.txt").write_text(TEXTS)
    return tmp_path / "text.txt"


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Any:
    def ask(*words: object) -> list[str]:
        assert main([*map(str, words)]) == 0
        return capsys.readouterr().out.splitlines()

    return ask


def test_a_line_of_json_holds_a_vector_and_its_level(file: Path, said: Any, autoencoder_run: Path) -> None:
    rows = [json.loads(line) for line in said("encode", autoencoder_run, file)]
    vectors_NZ, levels_N = octavo.load(autoencoder_run).latents(TEXTS.splitlines())
    assert [row["level"] for row in rows] == levels_N.tolist() == [6, 7, 1, 54]
    np.testing.assert_allclose([row["vector"] for row in rows], vectors_NZ, atol=1e-6)


def test_at_once_the_level_is_the_padded_length_and_is_needed(
    file: Path, said: Any, one_shot_run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [json.loads(line) for line in said("encode", one_shot_run, file)]
    assert [row["level"] for row in rows] == [8, 8, 4, 64]
    (tmp_path / "x.jsonl").write_text("\n".join(json.dumps(row) for row in rows))
    (tmp_path / "bare.jsonl").write_text("\n".join(json.dumps(row["vector"]) for row in rows))
    backs = [json.loads(line)["reconstruction"] for line in said("reconstruct", one_shot_run, file, "--json")[:-1]]
    assert [json.loads(line)["text"] for line in said("decode", one_shot_run, tmp_path / "x.jsonl", "--json")] == backs
    assert main(["decode", str(one_shot_run), str(tmp_path / "bare.jsonl")]) == 2
    assert (
        "bare.jsonl: it has no level, and this run's writer writes all positions at once: give one"
        in capsys.readouterr().err
    )


def test_at_once_what_is_between_is_as_long_as_the_longer(
    one_shot_run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["interpolate", str(one_shot_run), "to be", "to be or not to be", "--steps", "2"]) == 0
    told = capsys.readouterr()
    assert "written at the larger of the two lengths, 32 instead of 8" in told.err
    assert len(told.out.splitlines()) == 2


@pytest.mark.parametrize("int8", [[], ["--int8"]])
def test_what_is_encoded_is_decoded_from_either_form(
    file: Path, tmp_path: Path, said: Any, autoencoder_run: Path, int8: list[str]
) -> None:
    for name in ("x.npz", "x.jsonl"):
        assert said("encode", autoencoder_run, file, "--out", tmp_path / name, *int8) == [str(tmp_path / name)]
    lines = said("encode", autoencoder_run, file, "--out", "-", *int8)
    assert [json.loads(line) for line in lines] == [
        json.loads(line) for line in (tmp_path / "x.jsonl").read_text().splitlines()
    ]
    texts = said("decode", autoencoder_run, tmp_path / "x.jsonl", "--json")
    assert texts == said("decode", autoencoder_run, tmp_path / "x.npz", "--json")
    if not int8:
        whole = [
            json.loads(line)["reconstruction"] for line in said("reconstruct", autoencoder_run, file, "--json")[:-1]
        ]
        assert [json.loads(line)["text"] for line in texts] == whole


def test_vectors_go_to_a_file_that_decode_can_tell(
    file: Path, autoencoder_run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["encode", str(autoencoder_run), str(file), "--out", "x.txt"]) == 2
    assert "--out x.txt: vectors go to a file named *.npz or *.jsonl" in capsys.readouterr().err


def test_eight_bits_say_what_they_cost(file: Path, autoencoder_run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["encode", str(autoencoder_run), str(file), "--int8"]) == 0
    told = capsys.readouterr().err
    assert "4 texts in" in told
    assert "byte error of the first 4 texts: " in told
    assert ", in eight bits " in told


def test_reconstructions_name_their_wrong_places_and_the_totals(file: Path, said: Any, autoencoder_run: Path) -> None:
    *rows, sums = [json.loads(line) for line in said("reconstruct", autoencoder_run, file, "--json")]
    assert [row["text"] for row in rows] == TEXTS.splitlines()
    assert [row["beyond_training"] for row in rows] == [False, False, False, True]
    for row in rows:
        truth, made = (row[name].encode() + b"\0" for name in ("text", "reconstruction"))
        assert row["exact"] == (truth == made) == (not row["wrong"])
        if "\ufffd" not in row["reconstruction"]:
            assert row["wrong"] == [
                place for place in range(len(truth)) if truth[place] != made[place : place + 1][0:1]
            ]
    wrong, positions = sum(len(row["wrong"]) for row in rows), sum(len(row["text"]) + 1 for row in rows)
    assert sums["byte_error"] == pytest.approx(wrong / positions)
    assert sums["exact"] == sum(row["exact"] for row in rows) / 4
    assert 0 <= sums["valid_utf8"] <= 1


def test_reconstructions_are_marked_in_the_line_below(
    file: Path, said: Any, autoencoder_run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = said("reconstruct", autoencoder_run, file)
    texts = [line for line in lines if line.startswith("  text  ")]
    assert texts[:2] == ["  text  to be", "  text  or not"]
    assert any(set(line.strip()) == {"^"} for line in lines)
    assert any(line.strip().startswith("byte error") for line in lines)
    assert main(["reconstruct", str(autoencoder_run), str(file)]) == 0
    told = capsys.readouterr()
    assert "1 of 4 texts have more than 32 tokens: they are beyond training" in told.err
    notes = [
        place for place, line in enumerate(told.out.splitlines()) if line.startswith("  beyond training: 54 tokens")
    ]
    assert len(notes) == 1
    assert told.out.splitlines()[notes[0] + 1].startswith("  text  to be, or not to be, or to have")


def test_vectors_beyond_training_are_told_of(
    file: Path, tmp_path: Path, one_shot_run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["encode", str(one_shot_run), str(file), "--out", str(tmp_path / "x.npz")]) == 0
    capsys.readouterr()
    assert main(["decode", str(one_shot_run), str(tmp_path / "x.npz")]) == 0
    assert "1 of 4 vectors have a level above 32: they are beyond training" in capsys.readouterr().err
    assert main(["interpolate", str(one_shot_run), "to be", "to be or not " * 3, "--steps", "2"]) == 0
    assert "1 of 2 vectors have a level above 32: they are beyond training" in capsys.readouterr().err
    assert main(["interpolate", str(one_shot_run), "to be", "or not", "--steps", "2"]) == 0
    assert "beyond training" not in capsys.readouterr().err


def test_interpolation_begins_and_ends_with_the_ends(tmp_path: Path, said: Any, autoencoder_run: Path) -> None:
    rows = said("interpolate", autoencoder_run, "to be", "or not", "--steps", 3, "--json")
    between = [json.loads(row) for row in rows]
    assert [row["share"] for row in between] == [0.0, 0.5, 1.0]
    (tmp_path / "ends.txt").write_text("to be\nor not\n")
    backs = said("reconstruct", autoencoder_run, tmp_path / "ends.txt", "--json")[:-1]
    ends = [json.loads(row)["reconstruction"][:10] for row in backs]
    assert [row["text"][:10] for row in (between[0], between[-1])] == ends


@pytest.mark.parametrize("verb", ["encode", "decode", "reconstruct"])
def test_a_model_that_does_not_encode_is_named(
    verb: str, file: Path, language_model_run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([verb, str(language_model_run), str(file)]) == 2
    assert "language_model, cannot encode; models that can: autoencoder" in capsys.readouterr().err


def test_what_is_no_vector_is_named(file: Path, autoencoder_run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["decode", str(autoencoder_run), str(file)]) == 2
    assert "text.txt, line 1 is no vector of octavo encode" in capsys.readouterr().err


def test_vectors_of_another_width_are_refused(
    tmp_path: Path, one_shot_run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "wide.jsonl").write_text('{"vector": [0.5, 1.0, 2.0], "level": 8}')
    assert main(["decode", str(one_shot_run), str(tmp_path / "wide.jsonl")]) == 2
    assert "wide.jsonl: vectors of 3 numbers are not of this run, whose own have" in capsys.readouterr().err


def test_a_byte_that_is_escaped_is_shown_as_itself(tmp_path: Path, said: Any, one_shot_run: Path) -> None:
    (tmp_path / "nul.txt").write_bytes(b"a\x00b")
    assert "  text  a\N{SYMBOL FOR NULL}b" in said("reconstruct", one_shot_run, tmp_path / "nul.txt")


def test_vectors_are_added_and_taken_away(file: Path, said: Any, vae_run: Path) -> None:
    model = octavo.load(vae_run, "cpu")
    plain_NZ, plus_Z, minus_Z = model.encode(TEXTS.splitlines()), model.encode(["good"])[0], model.encode(["bad"])[0]
    rows = [json.loads(line) for line in said("encode", vae_run, file, "--plus", "good", "--minus", "bad")]
    np.testing.assert_allclose([row["vector"] for row in rows], plain_NZ + plus_Z - minus_Z, atol=1e-5)
    again = said("encode", vae_run, file, "--plus", "bad", "--minus", "bad")
    np.testing.assert_allclose([json.loads(line)["vector"] for line in again], plain_NZ, atol=1e-5)


def test_a_vae_reconstructs_from_its_mean_or_from_a_sample(file: Path, said: Any, vae_run: Path) -> None:
    mean = said("reconstruct", vae_run, file)
    assert mean == said("reconstruct", vae_run, file, "--posterior", "mean", "--seed", 3)
    run = octavo.load(vae_run, "cpu").run
    ids = [encoded(run, b"to be"), encoded(run, b"or not")]
    draws = [latents.encode(run, ids, draw).vectors_NZ for draw in (0, 1, 1)]
    assert not np.allclose(draws[0], draws[1], atol=0.01)
    np.testing.assert_array_equal(draws[1], draws[2])
    assert said("reconstruct", vae_run, file, "--posterior", "sample", "--seed", 3)


def test_only_a_vae_has_a_posterior_to_sample_from(
    file: Path, autoencoder_run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["reconstruct", str(autoencoder_run), str(file), "--posterior", "sample"]) == 2
    assert "cannot tell what a latent variable is" in capsys.readouterr().err


def test_what_does_nothing_at_once_is_refused(
    file: Path, one_shot_run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["reconstruct", str(one_shot_run), str(file), "--num-beams", "4"]) == 2
    assert "--num-beams 4: this run's writer writes all positions at once" in capsys.readouterr().err


def test_eight_bits_of_shifted_vectors_are_held_against_no_text(
    file: Path, vae_run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["encode", str(vae_run), str(file), "--int8", "--plus", "good"]) == 0
    told = capsys.readouterr().err
    assert "4 texts in" in told
    assert "in eight bits" not in told

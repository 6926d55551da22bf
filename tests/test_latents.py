"""Texts as vectors and back, by a run."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

import octavo
from octavo import latents
from octavo.evaluation.reconstruction import before_end
from octavo.latents import UNKNOWN, Latents
from octavo.runs import Run
from octavo.texts import encoded

TEXTS = [b"to be", b"", b"or not", b"9 times 9 is 81", b"to be"]


@pytest.fixture(scope="module")
def run(autoencoder_run: Path) -> Run:
    return octavo.load(autoencoder_run, "cpu").run


def ids_of(run: Run) -> list[np.ndarray]:
    return [encoded(run, text) for text in TEXTS]


def test_every_text_has_its_vector_and_its_length(run: Run) -> None:
    found = latents.encode(run, ids_of(run))
    assert found.vectors_NZ.shape == (5, 16)
    assert found.levels_N.tolist() == [len(text) + 1 for text in TEXTS]
    np.testing.assert_allclose(found.vectors_NZ[0], found.vectors_NZ[4], atol=1e-6)
    for place, one in enumerate(ids_of(run)):
        np.testing.assert_allclose(latents.encode(run, [one]).vectors_NZ[0], found.vectors_NZ[place], atol=1e-5)


def test_new_texts_are_as_long_as_trainings_were(one_shot_run: Path) -> None:
    run = octavo.load(one_shot_run, "cpu").run
    about = dataclasses.replace(run.about, lengths=(0, 0, 300, 100))
    known = dataclasses.replace(run, about=about)
    levels = latents.drawn_levels(known, 2000, longest=64, seed=1)
    assert set(levels) == {4, 8}
    assert levels.count(4) / 2000 == pytest.approx(0.75, abs=0.04)
    assert levels == latents.drawn_levels(known, 2000, longest=64, seed=1)
    assert set(latents.drawn_levels(known, 9, longest=4, seed=1)) == {4}
    assert sum(run.about.lengths) == 108  # nine of ten of the 120 lines


def test_what_is_decoded_is_what_the_door_gives(run: Run) -> None:
    found = latents.encode(run, ids_of(run))
    texts = [run.codec.decode(before_end(ids, run.codec.alphabet.end)) for ids in latents.decode(run, found)]
    model = octavo.pretrained.Pretrained(run)
    shorter = [text.decode("utf-8", "replace") for text in texts]
    whole = model.decode(*found)
    assert all(one.startswith(other) for one, other in zip(whole, shorter, strict=True))
    assert model.reconstruct(TEXTS) == whole


def test_a_vector_of_unknown_length_is_written_to_its_end(run: Run) -> None:
    found = latents.encode(run, ids_of(run))
    for ids, other in zip(
        latents.decode(run, found._replace(levels_N=np.full(5, UNKNOWN))), latents.decode(run, found), strict=True
    ):
        assert ids[: len(other)] == other


def test_a_reconstruction_may_be_of_other_texts_than_it_is_held_against(run: Run) -> None:
    ids = ids_of(run)
    swapped = latents.reconstruct(run, ids, read=ids[::-1])
    plain = latents.reconstruct(run, ids)
    assert [one.truth_L.tolist() for one in swapped] == [one.tolist() for one in ids]
    assert swapped[0].made_L.tolist() == plain[4].made_L.tolist()
    assert swapped[1].made_L.tolist()[:18] == plain[3].made_L.tolist()[:18]


def test_teacher_forced_guesses_are_what_the_scores_are_of(run: Run) -> None:
    ids = ids_of(run)
    forced = latents.teacher_forced(run, ids)
    assert [len(one.made_L) for one in forced] == [len(one) for one in ids]
    free = latents.reconstruct(run, ids)
    for one, other in zip(forced, free, strict=True):
        assert one.made_L[0] == other.made_L[0]


def test_the_longest_text_of_training_is_known(run: Run) -> None:
    assert latents.longest_trained(run) == 32


def test_no_text_gives_no_vector(run: Run) -> None:
    assert latents.decode(run, Latents(np.zeros((0, 16)), np.zeros(0, np.int32))) == []


def test_at_once_texts_alone_are_those_together(one_shot_run: Path) -> None:
    run = octavo.load(one_shot_run, "cpu").run
    found = latents.encode(run, ids_of(run))
    assert found.levels_N.tolist() == [8, 4, 8, 16, 8]
    written = latents.decode(run, found)
    assert [len(ids) for ids in written] == [8, 4, 8, 16, 8]
    for place, one in enumerate(ids_of(run)):
        assert latents.decode(run, latents.encode(run, [one])) == [written[place]]
    assert "byte_error_teacher_forced" not in latents.errors(run, ids_of(run))


def test_levels_that_no_text_of_a_run_has_are_named(one_shot_run: Path, run: Run) -> None:
    at_once = octavo.load(one_shot_run, "cpu").run
    for some, levels, message in (
        (at_once, [8, 8, 7], r"vector 3 of x\.npz: level 7 is none of this run's own, of which 8 is the next"),
        (at_once, [8, 1 << 30], r"vector 2 of x\.npz: level 1,073,741,824 is beyond what this run's model takes"),
        (at_once, [UNKNOWN], r"vector 1 of x\.npz: it has no level, and this run's writer writes all positions at"),
        (run, [6, 1 << 17], "level 131,072 is beyond what this run's model takes, 65,536 tokens at most"),
    ):
        vectors_NZ = np.repeat(latents.encode(some, ids_of(some)[:1]).vectors_NZ, len(levels), axis=0)
        with pytest.raises(ValueError, match=message):
            latents.decode(some, Latents(vectors_NZ, np.array(levels)), source="x.npz")


def test_at_once_the_door_wants_levels_and_nothing_of_steps(one_shot_run: Path) -> None:
    model = octavo.load(one_shot_run, "cpu")
    vectors_NZ, levels_N = model.latents(["to be", "or not"])
    assert model.decode(vectors_NZ, levels_N) == model.reconstruct(["to be", "or not"])
    assert all(len(text) <= 3 for text in model.decode(vectors_NZ, levels_N, max_new_tokens=3))
    with pytest.raises(ValueError, match="vector 1: it has no level, and this run's writer"):
        model.decode(vectors_NZ)
    with pytest.raises(ValueError, match="stop: this run's writer writes all positions at once"):
        model.decode(vectors_NZ, levels_N, stop=(b"a",))
    with pytest.raises(ValueError, match="no option 'temprature': did you mean temperature"):
        model.decode(vectors_NZ, levels_N, temprature=0.5)
    assert len(model.interpolate("to be", "to be or not to be", steps=3)) == 3


def test_at_once_texts_are_sampled_where_that_is_asked_for(one_shot_run: Path) -> None:
    model = octavo.load(one_shot_run, "cpu")
    vectors_NZ, levels_N = model.latents(["to be", "or not", "9 times 9 is 81"])
    greedy = model.decode(vectors_NZ, levels_N)
    assert model.decode(vectors_NZ, levels_N, temperature=0) == model.decode(vectors_NZ, levels_N, top_k=1) == greedy
    warm = model.decode(vectors_NZ, levels_N, temperature=2.0, seed=3)
    assert warm == model.decode(vectors_NZ, levels_N, temperature=2.0, seed=3) != greedy
    assert warm != model.decode(vectors_NZ, levels_N, temperature=2.0, seed=4)
    assert warm[:1] == model.decode(vectors_NZ[:1], levels_N[:1], temperature=2.0, seed=3)


def test_at_once_from_nothing_texts_are_drawn_and_what_steers_steps_is_refused(one_shot_vae_run: Path) -> None:
    model = octavo.load(one_shot_vae_run, "cpu")
    drawn = model.generate(num=5, seed=1)
    assert drawn == model.generate(num=5, seed=1) != model.generate(num=5, seed=1, temperature=0)
    assert model.generate(num=5, seed=1, top_k=1) == model.generate(num=5, seed=1, do_sample=False)
    for name, given in {"num_beams": 3, "window": "half", "stop": (b"a",), "bad_words": (b"a",)}.items():
        with pytest.raises(ValueError, match=f"{name}: this run's writer writes all positions at once: leave it out"):
            model.generate(**{name: given})

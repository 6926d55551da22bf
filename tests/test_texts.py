"""Texts through a run's model: cleaned as in training, many side by side, each as if it were alone."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

import octavo
from octavo import texts
from octavo.data.documents import TOKENS
from octavo.data.files import FilesConfig
from octavo.data.toys import document
from octavo.pretrained import Pretrained
from octavo.texts import as_trained, batches, of_each

TOYS = [document(index, seed=1, scripts=("latin",)) for index in range(40)]
SOURCES = [toy.translation("chinese") for toy in TOYS]


@pytest.fixture
def translator(translator_run: Path) -> Pretrained:
    return octavo.load(translator_run, "cpu")


@pytest.fixture
def classifier(classifier_run: Path) -> Pretrained:
    return octavo.load(classifier_run, "cpu")


def test_translations_do_not_depend_on_the_texts_beside_them(translator: Pretrained) -> None:
    together = translator.translate(SOURCES, num_beams=3)
    assert len(set(together)) > 1
    assert together == list(reversed(translator.translate(SOURCES[::-1], num_beams=3)))
    assert together[5:9] == [translator.translate([source], num_beams=3)[0] for source in SOURCES[5:9]]


def test_of_nothing_comes_nothing(translator: Pretrained) -> None:
    first, nothing, blank, last = translator.translate([SOURCES[0], "", " \t", SOURCES[1].encode()], num_beams=2)
    assert (nothing, blank) == ("", "")
    assert [first, last] == translator.translate(SOURCES[:2], num_beams=2)
    assert translator.translate([]) == []


def test_the_pull_towards_the_source_lengthens(translator: Pretrained) -> None:
    plain, pulled = (translator.translate(SOURCES, num_beams=4, alpha=alpha) for alpha in (0.0, 1.0))
    assert sum(map(len, pulled)) > sum(map(len, plain))


def test_what_no_search_can_be_is_named(translator: Pretrained, classifier: Pretrained) -> None:
    with pytest.raises(ValueError, match="beams and longest of at least 1, not 0"):
        translator.translate(["好"], num_beams=0)
    with pytest.raises(ValueError, match=r"alpha -1: 0 \(no pull\)"):
        translator.translate(["好"], alpha=-1)
    with pytest.raises(ValueError, match="classifier, cannot translate; models that can: translator"):
        classifier.translate(["好"])


def test_a_text_is_cleaned_as_trainings_texts_were(classifier: Pretrained) -> None:
    assert classifier.run.recipe.data.files.clean == ("breaks", "punctuation")
    raw, clean, other = classifier.classify(["the cat,a mat<br />rain", "the cat , a mat\nrain", "the cat , a mat"])
    assert raw == pytest.approx(clean, rel=1e-5)
    assert raw != pytest.approx(other, rel=1e-5)


def test_a_typed_text_gets_the_cleaning_of_the_corpus_that_was_trained_on(classifier: Pretrained) -> None:
    recipe = classifier.run.recipe
    for corpus, text, expected in (
        ("ptb-char", b"it was", b"it_was"),
        ("sentiment140", b"@ann hi", b"@userid hi"),
        ("yelp", rb"a\n", rb"a\n"),
        ("text.txt", b"it was", b"it was"),
    ):
        data = replace(recipe.data, train=corpus, files=FilesConfig())
        assert as_trained(replace(classifier.run, recipe=replace(recipe, data=data)), text) == expected


def test_batches_hold_texts_of_like_length_and_every_text_finds_its_answer(translator: Pretrained) -> None:
    words = [b"a" * (number % 50) for number in range(100)]
    widths = [batch.lengths_B.tolist() for batch in batches(translator.run, words)]
    assert all(lengths == sorted(lengths) for lengths in widths)
    assert sum(map(len, widths)) == 100
    assert of_each(translator.run, words, lambda batch: batch.lengths_B.tolist()) == [len(text) + 1 for text in words]


def test_a_long_text_costs_in_windows_what_it_costs_whole(
    language_model_run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = octavo.load(language_model_run, "cpu")
    asked = ["to be " * 40, "", "or not " * 9, "times " * 41]
    whole = model.score(asked)
    monkeypatch.setattr(texts, "WINDOW", 50)
    windows = list(batches(model.run, [text.encode() for text in asked], texts.window_of(model.run.model)))
    assert [len(batch.tokens_LB) for batch in windows] == [50] * 4 + [46]
    assert [batch.continues for batch in windows] == [False] + [True] * 4
    for one, other in zip(model.score(asked), whole, strict=True):
        assert one == pytest.approx(other, rel=1e-5)


def test_what_must_be_seen_whole_has_a_limit(classifier: Pretrained, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "LONGEST", 50)
    assert classifier.classify(["the cat " * 24])
    with pytest.raises(
        ValueError, match=r"a text of 61 tokens is too long .* 50 tokens at most: divide it.* begins 'the"
    ):
        classifier.classify(["", "the cat " * 30])


def test_what_writes_all_at_once_takes_far_longer_texts_one_by_one(one_shot_run: Path) -> None:
    model = octavo.load(one_shot_run, "cpu")
    long = "to be or not to be " * 3_700
    assert len(long) > texts.LONGEST
    found = model.latents([long, "to be"])
    assert found.levels_N.tolist() == [1 << 17, 8]
    assert found.vectors_NZ[1] == pytest.approx(model.encode(["to be"])[0], abs=1e-5)
    assert model.decode(*found)[1] == model.reconstruct(["to be"])[0]
    with pytest.raises(ValueError, match=r"a text of 1,048,577 tokens is too long .* 1,048,576 tokens at most"):
        model.encode(["a" * (1 << 20)])


def test_texts_side_by_side_are_fewer_where_they_are_long(translator: Pretrained) -> None:
    lengths = [TOKENS // 4 - 1, TOKENS // 2 - 1, TOKENS // 2 - 1, 3]
    made = list(batches(translator.run, [b"a" * length for length in lengths]))
    assert [batch.lengths_B.tolist() for batch in made] == [[4, TOKENS // 4], [TOKENS // 2] * 2]


def test_nothing_is_kept_for_a_gradient(translator: Pretrained) -> None:
    assert of_each(translator.run, [b"a"], lambda batch: [torch.is_grad_enabled()]) == [False]

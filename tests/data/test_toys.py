"""Toys: the entropy in closed form is the mean of minus the logarithm of what documents really weigh."""

import math
import statistics
from itertools import pairwise

import pytest

from octavo.data.toy_language import ADJECTIVES, NOUNS, RATINGS, SCRIPTS, TOPICS, VERBS, Sentence
from octavo.data.toys import document, entropy, log_probability

COUNT = 2_000
ALL = tuple(SCRIPTS)


def near(samples: list[float], expected: float) -> bool:
    """Whether the mean is within four standard errors."""
    return abs(statistics.mean(samples) - expected) < 4 * statistics.stdev(samples) / math.sqrt(len(samples))


@pytest.mark.parametrize("scripts", [*[(name,) for name in SCRIPTS], ALL])
def test_entropy_and_lengths_are_those_of_many_documents(scripts: tuple[str, ...]) -> None:
    texts = [document(index, seed=1, scripts=scripts).text for index in range(COUNT)]
    expected = entropy(scripts)
    assert near([-log_probability(text, scripts) for text in texts], expected.nats)
    assert near([float(len(text)) for text in texts], expected.characters)
    assert near([float(len(text.encode())) for text in texts], expected.bytes)


def test_probabilities_of_all_documents_of_one_sentence_sum_to_that_of_stopping() -> None:
    sentences = (
        Sentence(topic, subject, bool(many), verb, object, rating, adjective)
        for topic in range(len(TOPICS))
        for subject in range(NOUNS)
        for many in range(2)
        for verb in range(VERBS)
        for object in range(NOUNS)
        for rating in range(RATINGS)
        for adjective in range(ADJECTIVES)
        if (topic, rating) == (1, 2)  # by symmetry, one topic and rating stand for all
    )
    total = sum(math.exp(log_probability(SCRIPTS["latin"].write([one]), ("latin",))) for one in sentences)
    assert total * len(TOPICS) * RATINGS == pytest.approx(1 / 3)


def test_the_probability_of_a_document_by_hand() -> None:
    zipf_6, zipf_3 = (1 / sum(1 / rank**2 for rank in range(1, size + 1)) for size in (6, 3))
    # Sea is topic 0: every word is the likeliest after the ship; one ship, one sentence, in one of three scripts.
    text = "the good ship follows the ship."
    by_hand = 1 / 3 * 1 / 4 * 1 / 6 * 1 / 5 * 0.7 * zipf_6 * zipf_6 * zipf_3 * 1 / 3
    assert log_probability(text) == pytest.approx(math.log(by_hand))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "the good ship follows the ship. the good cow follows the cow.",  # the topic changes
        "the awful ship follows the ship. the superb ship follows the ship.",  # from one star to five
    ],
)
def test_what_is_never_said_has_probability_nought(text: str) -> None:
    assert log_probability(text) == -math.inf


def test_another_script_is_never_used_unless_asked_for() -> None:
    text = document(0, scripts=("arabic",)).text
    assert math.isfinite(log_probability(text, ("arabic",)))
    assert log_probability(text, ("latin", "chinese")) == -math.inf


def test_documents_are_functions_of_index_and_seed() -> None:
    assert document(7, seed=3) == document(7, seed=3)
    texts = {document(index, seed).text for index in range(100) for seed in range(2)}
    assert len(texts) > 190


def test_a_translation_says_the_same() -> None:
    toy = document(5, scripts=("latin",))
    for name in SCRIPTS:
        assert SCRIPTS[name].read(toy.translation(name)) == list(toy.sentences)
    assert toy.translation("latin") == toy.text


def test_labels_are_the_topic_and_the_last_rating() -> None:
    toys = [document(index, scripts=("latin",)) for index in range(200)]
    assert {toy.topic for toy in toys} == set(TOPICS)
    assert {toy.rating for toy in toys} == {1, 2, 3, 4, 5}
    assert all(toy.rating == toy.sentences[-1].rating + 1 for toy in toys)
    steps = [after.rating - before.rating for toy in toys for before, after in pairwise(toy.sentences)]
    assert set(steps) == {-1, 0, 1}


def test_nothing_but_context_tells_words_apart() -> None:
    """Every noun is as frequent as the next: what a model gains, it gains by context."""
    subjects = [sentence.subject for index in range(COUNT) for sentence in document(index).sentences]
    for noun in range(NOUNS):
        assert subjects.count(noun) == pytest.approx(len(subjects) / NOUNS, rel=0.15)

"""Three scripts that say the same things, each text in one way only."""

from itertools import product

import pytest

from octavo.data.toy_language import ADJECTIVES, NOUNS, RATINGS, SCRIPTS, TOPICS, VERBS, Sentence

SENTENCES = [
    Sentence(topic, subject, many, verb, (subject + verb) % NOUNS, rating, (verb + rating) % ADJECTIVES)
    for topic, subject, many, verb, rating in product(
        range(len(TOPICS)), range(NOUNS), (False, True), range(VERBS), range(RATINGS)
    )
]


@pytest.mark.parametrize("name", SCRIPTS)
def test_words_are_complete_and_different(name: str) -> None:
    script = SCRIPTS[name]
    words = [*script.nouns.split(), *script.verbs.split(), *script.adjectives.split()]
    assert len(words) == len(set(words)) == len(TOPICS) * NOUNS + VERBS + RATINGS * ADJECTIVES


@pytest.mark.parametrize("name", SCRIPTS)
def test_what_is_written_is_read_again(name: str) -> None:
    script = SCRIPTS[name]
    assert all(script.read(script.write([sentence])) == [sentence] for sentence in SENTENCES)
    assert script.read(script.write(SENTENCES[:100])) == SENTENCES[:100]


@pytest.mark.parametrize("name", SCRIPTS)
def test_different_things_are_written_differently(name: str) -> None:
    assert len({SCRIPTS[name].write([sentence]) for sentence in SENTENCES}) == len(SENTENCES)


def test_orders_differ() -> None:
    sentence = Sentence(topic=0, subject=0, many=True, verb=0, object=3, rating=4, adjective=1)
    assert SCRIPTS["latin"].write([sentence]) == "the great ships follow the whale."
    assert SCRIPTS["arabic"].write([sentence]) == "تبعوا سفينةات عظيم حوت."
    assert SCRIPTS["chinese"].write([sentence]) == "伟大的船们把鲸跟随了。"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "the great ships follows the whale.",  # no agreement
        "the great ship follows the cow.",  # two topics
        "the great ship follows the whale",
        "the great ship follows the whale.  the great ship follows the whale.",
        "the great ship follows the whale. and",
    ],
)
def test_what_is_never_said_is_not_read(text: str) -> None:
    assert SCRIPTS["latin"].read(text) is None

"""Toy documents whose entropy is known: what the best of models must reach, and none can pass.

A document says a few sentences about one topic, in one script. Each word is drawn by Zipf's law over its list, turned
by the word that it hangs on: every word is as frequent as the next, and only what came before tells them apart. The
rating wanders from sentence to sentence; the last one's is the document's. A text has one reading only, so that its
probability is that of the draws behind it, and the entropy of the draws is the entropy of the text.
"""

import math
import random
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from octavo.data.toy_language import ADJECTIVES, NOUNS, RATINGS, SCRIPTS, TOPICS, VERBS, Sentence

Law = tuple[float, ...]
Draw = tuple[Law, int]  # a law, and which of its cases came

VERSION = 1


def _zipf(size: int) -> Law:
    """The law p(k) ∝ 1 / (k + 1)², k counted from 0."""
    weights = [(rank + 1) ** -2 for rank in range(size)]
    return tuple(weight / sum(weights) for weight in weights)


def _uniform(size: int) -> Law:
    return (1 / size,) * size


def _step(rating: int) -> Law:
    """The next sentence's rating: one down or one up, each with probability 1/5 where there is one, else the same."""
    near = {other: 0.2 for other in (rating - 1, rating + 1) if 0 <= other < RATINGS}
    return tuple(near.get(other, 0.0) if other != rating else 1 - sum(near.values()) for other in range(RATINGS))


NOUN, VERB, ADJECTIVE = _zipf(NOUNS), _zipf(VERBS), _zipf(ADJECTIVES)
ANY_TOPIC, ANY_NOUN, ANY_RATING = _uniform(len(TOPICS)), _uniform(NOUNS), _uniform(RATINGS)
STEPS = tuple(_step(rating) for rating in range(RATINGS))
MANY: Law = (0.7, 0.3)
LAST: Law = (2 / 3, 1 / 3)


class Document(NamedTuple):
    text: str
    script: str
    topic: str
    rating: int
    sentences: tuple[Sentence, ...]

    def translation(self, script: str) -> str:
        """The same in another script, and its order."""
        return SCRIPTS[script].write(self.sentences)


class Entropy(NamedTuple):
    """Expected nats, characters and UTF-8 bytes of a document, its end not counted as a character."""

    nats: float
    characters: float
    bytes: float

    @property
    def per_character(self) -> float:
        """Nats for each character predicted, the document's end among them."""
        return self.nats / (self.characters + 1)

    @property
    def per_byte(self) -> float:
        """Nats for each byte predicted, the document's end among them."""
        return self.nats / (self.bytes + 1)


def document(index: int, seed: int = 0, scripts: Sequence[str] = tuple(SCRIPTS)) -> Document:
    """The document of this number: a pure function of its arguments."""
    chance = random.Random(f"{VERSION}/{seed}/{index}")
    script = scripts[_draw(_uniform(len(scripts)), chance)]
    sentences = tuple(_sentences(chance))
    text, last = SCRIPTS[script].write(sentences), sentences[-1]
    return Document(text, script, TOPICS[last.topic], last.rating + 1, sentences)


def log_probability(text: str, scripts: Sequence[str] = tuple(SCRIPTS)) -> float:
    """Nats by which the text is expected: the logarithm of its probability, -inf for what is never said."""
    for script in scripts:
        sentences = SCRIPTS[script].read(text)
        if sentences and len({sentence.topic for sentence in sentences}) == 1:
            return sum(_log(law[case]) for law, case in _draws(sentences)) - math.log(len(scripts))
    return -math.inf


def entropy(scripts: Sequence[str] = tuple(SCRIPTS)) -> Entropy:
    """What a document holds on average, in closed form.

    With N sentences, E[N] = 1 / P(last): H = H(script) + H(topic) + H(first noun) + H(first rating)
    + E[N] (H(number) + H(verb) + H(object) + H(adjective) + H(last)) + (E[N] - 1) (H(noun) + H(step)).
    Turning laws and symmetric steps keep nouns, verbs, adjectives and ratings uniform in every sentence: hence lengths.
    """
    count = 1 / LAST[1]
    once = math.log(len(scripts)) + sum(map(_nats, (ANY_TOPIC, ANY_NOUN, ANY_RATING)))
    each = sum(map(_nats, (MANY, VERB, NOUN, ADJECTIVE, LAST)))
    again = _nats(NOUN) + sum(map(_nats, STEPS)) / RATINGS
    characters = sum(_expected_length(script, count, "utf-32-le") / 4 for script in scripts) / len(scripts)
    size = sum(_expected_length(script, count, "utf-8") for script in scripts) / len(scripts)
    return Entropy(once + count * each + (count - 1) * again, characters, size)


def _sentences(chance: random.Random) -> Iterator[Sentence]:
    topic = _draw(ANY_TOPIC, chance)
    subject, rating, last = _draw(ANY_NOUN, chance), _draw(ANY_RATING, chance), 0
    while not last:
        many = bool(_draw(MANY, chance))
        verb = (_draw(VERB, chance) + subject + 2 * topic) % VERBS
        object = (_draw(NOUN, chance) + verb) % NOUNS
        adjective = (_draw(ADJECTIVE, chance) + subject) % ADJECTIVES
        yield Sentence(topic, subject, many, verb, object, rating, adjective)
        subject = (_draw(NOUN, chance) + object) % NOUNS
        rating, last = _draw(STEPS[rating], chance), _draw(LAST, chance)


def _draws(sentences: Sequence[Sentence]) -> Iterator[Draw]:
    """The draws that these sentences, and no others, come of."""
    first, last = sentences[0], len(sentences) - 1
    yield from ((ANY_TOPIC, first.topic), (ANY_NOUN, first.subject), (ANY_RATING, first.rating))
    for number, (topic, subject, many, verb, object, rating, adjective) in enumerate(sentences):
        if number:
            before = sentences[number - 1]
            yield NOUN, (subject - before.object) % NOUNS
            yield STEPS[before.rating], rating
        yield MANY, int(many)
        yield VERB, (verb - subject - 2 * topic) % VERBS
        yield NOUN, (object - verb) % NOUNS
        yield ADJECTIVE, (adjective - subject) % ADJECTIVES
        yield LAST, int(number == last)


def _draw(law: Law, chance: random.Random) -> int:
    place = chance.random()
    for case, probability in enumerate(law[:-1]):
        place -= probability
        if place < 0:
            return case
    return len(law) - 1


def _log(probability: float) -> float:
    return math.log(probability) if probability else -math.inf


def _nats(law: Law) -> float:
    """H(p) = -Σ p log p."""
    return -sum(probability * math.log(probability) for probability in law if probability)


def _expected_length(name: str, count: float, encoding: str) -> float:
    """Bytes of a document in some encoding: sentences of mean words, and what stands between them."""
    script = SCRIPTS[name]

    def mean(words: str) -> float:
        return sum(len(word.encode(encoding)) for word in words.split()) / len(words.split())

    frame = script.template.format(subject="", verb="", object="", adjective="")
    words = 2 * mean(script.nouns) + mean(script.verbs) + mean(script.adjectives)
    ends = MANY[0] * len(script.verb_of_one.encode(encoding))
    ends += MANY[1] * len((script.many + script.verb_of_many).encode(encoding))
    each = len(frame.encode(encoding)) + words + ends
    return count * each + (count - 1) * len(script.between.encode(encoding))

"""The long-distance copy test: is a made-up name taken up again from far back? (Al-Rfou et al. 2019, Figure 7)"""

from __future__ import annotations

import re
from typing import Any, NamedTuple


class CopyTest(NamedTuple):
    """What a model goes on from, as it was and corrupted, and what it is then given to rank.

    The made-up name stands first in the continuation at `begin`, so far from where it stands in the corrupted seed.
    """

    original: str
    corrupted: str
    continuation: str
    begin: int
    distance: int


class Copied(NamedTuple):
    """The rank of each token of the continuation after either seed; from `begin` to `end` it is the made-up name."""

    test: CopyTest
    tokens: list[str]
    begin: int
    end: int
    corrupted: list[int]
    original: list[int]

    def facts(self) -> dict[str, Any]:
        """All of it as plain data, the mean ranks first: where the name stands before, and where it does not."""
        means = {"mean_rank": self.mean_rank(self.corrupted), "mean_rank_without": self.mean_rank(self.original)}
        return {**means, "distance": self.test.distance, **self._asdict(), "test": self.test._asdict()}

    def mean_rank(self, ranks: list[int]) -> float:
        """Of the name's tokens after its first: 1 where each is what the model expects most."""
        inside = ranks[self.begin + 1 : self.end]
        return sum(inside) / len(inside)


def copy_test(seed: str, continuation: str, name: str, fake: str, pronoun: str) -> CopyTest:
    """The first NAME of the seed becomes FAKE and every other one a pronoun; in the continuation all become FAKE.

    >>> test = copy_test("ann met bob when ann was", " old. ann died", "ann", "zjak", "she")
    >>> test.corrupted, test.continuation, test.distance
    ('zjak met bob when she was', ' old. zjak died', 31)
    """
    whole_name = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)")
    inside, after = len(whole_name.findall(seed)), len(whole_name.findall(continuation))
    if inside < 2 or not after:
        raise ValueError(
            f"{name!r} stands {inside} times in the seed and {after} after it: 2 and 1 at least are wanted, "
            "so end the seed elsewhere or take another name"
        )
    if len(fake) < 2 or fake in seed + continuation:
        raise ValueError(f"{fake!r} stands in the text already, or is no name: make up another")
    corrupted = whole_name.sub(pronoun, whole_name.sub(lambda _: fake, seed, count=1))
    faked = whole_name.sub(lambda _: fake, continuation)
    begin = faked.index(fake)
    return CopyTest(seed, corrupted, faked, begin, len(corrupted) + begin - corrupted.index(fake))


def parse_names(spoken: str) -> tuple[str, str]:
    """A name of the text and a made-up one.

    >>> parse_names("ann=zjak")
    ('ann', 'zjak')
    """
    name, _, fake = spoken.partition("=")
    if not (name and fake):
        raise ValueError(f"--copy-test {spoken}: a name of the text and a made-up one are wanted, as in ann=zjak")
    return name, fake

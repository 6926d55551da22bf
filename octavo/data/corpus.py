"""What is known of a named corpus: where it comes from, how its files lie, how it is split."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from octavo.data.files import FilesConfig
from octavo.data.rules import Bytes, Hashed, Rule


@dataclass(frozen=True)
class Address:
    """A file to fetch, at its own place or from a mirror.

    Where no sha256 is known, the first download's is recorded, said aloud, and asked of every later one.
    """

    url: str
    sha256: str | None = None
    mirrors: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.url.rpartition("/")[2]


@dataclass(frozen=True)
class Part:
    """A split's sources, relative to the data root, and the rules that choose from them."""

    sources: tuple[str, ...]
    rules: tuple[Rule, ...] = ()


Parts = Mapping[str, Part]


@dataclass(frozen=True)
class Layout:
    """One way in which a corpus may lie under the data root; files may be compressed."""

    files: FilesConfig
    parts: Parts


@dataclass(frozen=True)
class Corpus:
    """A public corpus: `split` says its rule in words, `by_hand` what to place where if it cannot be fetched.

    `folder` is its place under the data root.
    """

    name: str
    about: str
    licence: str
    page: str
    split: str
    folder: str
    layouts: tuple[Layout, ...]
    addresses: tuple[Address, ...] = ()
    by_hand: str = ""


def parts(train: str, valid: str, test: str, **more: str) -> Parts:
    """Splits that are files of their own."""
    sources = {"train": train, "valid": valid, "test": test, **more}
    return {split: Part((source,)) for split, source in sources.items()}


def parts_by_bytes(source: str) -> Parts:
    """The first 90% of the bytes, the next 5% and the last 5%."""
    limits = {"train": (0, 90), "valid": (90, 95), "test": (95, 100)}
    return {split: Part((source,), (Bytes(begin, end),)) for split, (begin, end) in limits.items()}


def shares(*sources: str, rule: Callable[[int, int], Rule] = Hashed) -> Parts:
    """90%, 5% and 5% of what the rule hashes: documents, rows or articles."""
    limits = {"train": (0, 9_000), "valid": (9_000, 9_500), "test": (9_500, 10_000)}
    return {split: Part(sources, (rule(begin, end),)) for split, (begin, end) in limits.items()}


def held_out(train: tuple[str, ...], test: tuple[str, ...], of_10_000: int) -> Parts:
    """The published training and test sets; of the former, so many documents of each 10,000 for validation."""
    edge = 10_000 - of_10_000
    return {
        "train": Part(train, (Hashed(0, edge),)),
        "valid": Part(train, (Hashed(edge, 10_000),)),
        "test": Part(test),
    }

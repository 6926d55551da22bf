"""Toys as corpora: as many documents as are asked for, of which training, validation and test see different ones."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from octavo.data.pieces import Piece, Unit
from octavo.data.splits import Split, as_stream
from octavo.data.toy_language import SCRIPTS
from octavo.data.toys import VERSION, document

BEGINS = {"train": 0, "valid": 20_000, "test": 21_000}
ENDS = {"train": 20_000, "valid": 21_000, "test": 22_000}


@dataclass(frozen=True, kw_only=True)
class ToySplit(Split):
    """Documents `begin` to `end`, labelled by topic or rating, or beside their translation."""

    begin: int
    end: int
    scripts: tuple[str, ...] = tuple(SCRIPTS)
    label: str | None = None
    source: str | None = None
    seed: int = 0

    def pieces(self) -> Iterator[Piece]:
        pieces = (self._piece(index) for index in range(self.begin, self.end))
        return as_stream(pieces) if self.unit == "stream" else pieces

    def _piece(self, index: int) -> Piece:
        toy = document(index, self.seed, self.scripts)
        label = {None: None, "topic": toy.topic, "rating": str(toy.rating)}[self.label]
        other = toy.translation(self.source).encode() if self.source else None
        return Piece(toy.text.encode(), True, label, other, f"toys:{index}")

    @property
    def key(self) -> str:
        return f"{VERSION} {self!r}"


def _toys(unit: Unit | None, label: str | None = None, source: str | None = None) -> Mapping[str, ToySplit]:
    scripts = ("latin",) if source else tuple(SCRIPTS)
    options: dict[str, Any] = {"unit": unit or "documents", "scripts": scripts, "label": label, "source": source}
    return {split: ToySplit(begin=BEGINS[split], end=ENDS[split], **options) for split in BEGINS}


class Toys(NamedTuple):
    """A corpus of toys; every unit but a stream is a document."""

    about: str
    splits: Callable[[Unit | None], Mapping[str, ToySplit]]


TOYS = {
    "toys": Toys(
        "documents of known entropy in three scripts, labelled by topic", lambda unit: _toys(unit, label="topic")
    ),
    "toys-ratings": Toys("the same, labelled by rating", lambda unit: _toys(unit, label="rating")),
    "toys-pairs": Toys("the same in Latin script, from the Chinese", lambda unit: _toys(unit, source="chinese")),
}

"""A corpus that every Python brings along: its language manual, some 370 KB of technical English."""

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from octavo.data.pieces import Piece, stretches
from octavo.data.splits import Split

SPLITS = ("train", "valid", "test")
LONGEST = 1 << 20  # bytes, more than any topic has


@cache
def topics() -> dict[str, str]:
    """The manual's topics by name, but for those that are repeated in a longer one."""
    from pydoc_data.topics import topics as whole

    texts = {name: whole[name].strip("\n") + "\n" for name in sorted(whole)}
    return {name: text for name, text in texts.items() if not _is_repeated(name, texts)}


def _is_repeated(name: str, texts: dict[str, str]) -> bool:
    """Whether half of a topic or more, by paragraphs, also stands in longer topics."""
    paragraphs = texts[name].split("\n\n")
    elsewhere = "\n\n".join(text for other, text in texts.items() if len(text) > len(texts[name]))
    return 2 * sum(len(text) for text in paragraphs if text.strip() in elsewhere) >= len(texts[name])


def names_of(split: str) -> list[str]:
    """Its topics: of each dozen, by name, the fourth is for validation and the tenth for testing.

    >>> set(names_of("train")) & set(names_of("test"))
    set()
    """
    held_out = {3: "valid", 9: "test"}
    return [name for place, name in enumerate(topics()) if held_out.get(place % 12, "train") == split]


@dataclass(frozen=True, kw_only=True)
class ManualSplit(Split):
    """A split of the manual, in whatever unit."""

    split: str

    def pieces(self) -> Iterator[Piece]:
        for name in names_of(self.split):
            for text, ends, offset in stretches(io.BytesIO(topics()[name].encode()), self.unit, LONGEST):
                yield Piece(text, ends, None, None, f"manual:{name}", offset)

    @property
    def key(self) -> str:
        """Another Python may bring another manual."""
        digest = hashlib.sha256("".join(topics()[name] for name in names_of(self.split)).encode())
        return f"manual {self.unit} {digest.hexdigest()}"

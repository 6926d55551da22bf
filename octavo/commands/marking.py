"""A text with what is wrong in it marked: in colour on a terminal, by carets in the line below elsewhere."""

import os
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from octavo.evaluation.reconstruction import is_text

RED, PLAIN = "\x1b[4;31m", "\x1b[0m"
PICTURES = 0x2400  # of control characters
LONGEST = 4  # bytes of a character


class Sign(NamedTuple):
    """A character, and whether any byte of it is wrong."""

    text: str
    wrong: bool


def signs(spoken: bytes, wrong: Sequence[bool]) -> Iterator[Sign]:
    """Bytes, each wrong or not, as characters; a byte that is part of none is shown as a replacement.

    >>> [*signs("aö".encode() + b"\\xff", [False, False, True, False])]
    [Sign(text='a', wrong=False), Sign(text='ö', wrong=True), Sign(text='\N{REPLACEMENT CHARACTER}', wrong=False)]
    """
    place = 0
    while place < len(spoken):
        sizes = (size for size in range(1, LONGEST + 1) if is_text(spoken[place : place + size]))
        size = next(sizes, 1)
        yield Sign(spoken[place : place + size].decode("utf-8", "replace"), any(wrong[place : place + size]))
        place += size


def marked(text: Iterable[Sign], margin: str) -> str:
    """A text behind a margin, what is wrong in it marked."""
    visible = [one._replace(text=_visible(one.text)) for one in text]
    if sys.stdout.isatty() and not os.environ.get("NO_COLOR"):
        return margin + "".join(f"{RED}{one.text}{PLAIN}" if one.wrong else one.text for one in visible)
    carets = "".join(("^" if one.wrong else " ") * _columns(one.text) for one in visible).rstrip()
    line = margin + "".join(one.text for one in visible)
    return f"{line}\n{' ' * len(margin)}{carets}" if carets else line


def _visible(sign: str) -> str:
    """A control character, a newline say, as its picture."""
    return chr(PICTURES + ord(sign)) if ord(sign) < ord(" ") else sign


def _columns(sign: str) -> int:
    """How many columns a character takes."""
    if unicodedata.combining(sign):
        return 0
    return 2 if unicodedata.east_asian_width(sign) in "WF" else 1

"""Punctuation split off from words, where words are what stands between white space."""

import re
import unicodedata
from functools import cache

CONTRACTED = r"['\u2019](?:[sSdDmM]|re|RE|ve|VE|ll|LL)"
NOT = r"[nN]['\u2019][tT]"
EMOJI = "\U0001f000-\U0001fbff"


def split_off(text: bytes) -> bytes:
    """The text with spaces around its marks: each of Unicode's punctuation and symbols but the underscore.

    A mark repeated is one. A point or comma between digits stays where it is, and so does a hyphen or apostrophe
    between letters, but for English contractions, which are split as in the Penn Treebank. Other white space than
    the ends of lines becomes single spaces; one at the text's end stays, since a long text may go on in another piece.

    >>> split_off(b"Isn't 3.5 a well-made (but dull...)  film's mark?").decode()
    "Is n't 3.5 a well-made ( but dull ... ) film 's mark ?"
    """
    lines = text.decode("utf-8", "surrogateescape").split("\n")
    words = (" ".join(found[0] for found in _words().finditer(line)) for line in lines)
    end = " " if lines[-1].endswith(" ") else ""
    return ("\n".join(words) + end).encode("utf-8", "surrogateescape")


@cache
def _words() -> re.Pattern[str]:
    """What a word or a mark is; whatever is neither white space nor a mark counts as a letter."""
    # Beyond the first plane a range stands for all: by themselves, thousands of characters would be slow.
    marks = "".join(re.escape(chr(code)) for code in range(0x10000) if _is_mark(chr(code))) + EMOJI
    letter, no_letter = rf"[^\s{marks}]", rf"(?![^\s{marks}])"
    inside = rf"(?!{CONTRACTED}{no_letter})['\u2019-]|(?<=\d)[.,](?=\d)"
    return re.compile(
        rf"{letter}+?(?={NOT}{no_letter})|{NOT}{no_letter}|{CONTRACTED}{no_letter}"
        rf"|{letter}+(?:(?:{inside}){letter}+)*|([{marks}])\1*"
    )


def _is_mark(character: str) -> bool:
    return unicodedata.category(character)[0] in "PS" and character != "_"

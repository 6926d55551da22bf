"""Named changes to a text that a corpus or a paper asks for; without one, bytes pass untouched."""

import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import Literal

from octavo.data.posts import body
from octavo.data.punctuation import split_off

Cleaning = Literal[
    "latin-1",
    "backslashes",
    "breaks",
    "tweets",
    "underscores",
    "punctuation",
    "posts",
    "first-50-words",
    "first-100-words",
]
# What is of a file's making rather than of its text: a text that is typed has none of it.
OF_FILES: tuple[Cleaning, ...] = ("latin-1", "backslashes", "posts")

LINK = re.compile(rb"(?:https?://|\bwww\.)[!-~]+", re.IGNORECASE)
USER = re.compile(rb"(?<![0-9A-Za-z_])@[0-9A-Za-z_]+")
ESCAPED = re.compile(rb'\\([n"\\])')
BREAK = re.compile(rb"[ \t]*<br\s*/?>[ \t]*", re.IGNORECASE)


def clean(text: bytes, names: Sequence[Cleaning]) -> bytes:
    """The text after each change in turn.

    >>> clean(b"@ann see https://t.co/x!", ["tweets"])
    b'@userid see url'
    """
    for name in names:
        text = _CLEANINGS[name](text)
    return text


def clean_typed(text: bytes, names: Sequence[Cleaning]) -> bytes:
    """The same for a text that comes from no file, but from a person or a program."""
    return clean(text, [name for name in names if name not in OF_FILES])


def _from_latin_1(text: bytes) -> bytes:
    """To UTF-8, from the older encoding in which every byte is a character."""
    return text.decode("latin-1").encode()


def _backslashes(text: bytes) -> bytes:
    r"""What backslashes stand for in the tables of Zhang et al. (2015): newlines as a backslash and an n, quotes."""
    return ESCAPED.sub(_unescaped, text)


def _unescaped(found: re.Match[bytes]) -> bytes:
    return b"\n" if found[1] == b"n" else found[1]


def _breaks(text: bytes) -> bytes:
    """HTML's line breaks to newlines, as IMDB's reviews need."""
    return BREAK.sub(b"\n", text)


def _tweets(text: bytes) -> bytes:
    """User names to @userid and links to url: Semeniuta et al. (2017), section 4.3."""
    return USER.sub(b"@userid", LINK.sub(b"url", text))


def _underscores(text: bytes) -> bytes:
    """Mikolov's character PTB: lines stripped, and an underscore where words meet.

    >>> _underscores(b" no it was n't \\n i see \\n")
    b"no_it_was_n't\\ni_see\\n"
    """
    return b"\n".join(line.strip().replace(b" ", b"_") for line in text.split(b"\n"))


def _first_words(count: int, text: bytes) -> bytes:
    """The first so many of what stands between white space, as papers cut documents; of a stretch, its own.

    >>> len(_first_words(100, b"one two " * 80).split()), _first_words(100, b" a  b ")
    (100, b'a b')
    """
    return b" ".join(text.split(maxsplit=count)[:count])


_CLEANINGS: dict[Cleaning, Callable[[bytes], bytes]] = {
    "latin-1": _from_latin_1,
    "backslashes": _backslashes,
    "breaks": _breaks,
    "tweets": _tweets,
    "underscores": _underscores,
    "punctuation": split_off,
    "posts": body,
    "first-50-words": partial(_first_words, 50),
    "first-100-words": partial(_first_words, 100),
}

"""What may have been meant by a name that is not known."""

from collections.abc import Iterable
from difflib import get_close_matches

LIKE = 0.5  # difflib's share of letters in common, from 0 to 1


def nearest(name: str, choices: Iterable[str]) -> str:
    """The choices most like a mistyped name, or all of them, as the end of an error message.

    >>> nearest("widht", ["width", "layers"]), nearest("qqq", ["width", "layers"])
    ('did you mean width?', 'choose from width, layers')
    """
    listed = list(choices)
    return meant(name, listed) or f"choose from {', '.join(listed)}"


def meant(name: str, choices: Iterable[str], like: float = LIKE) -> str:
    """The choices most like a mistyped name, or nothing where there are too many to list and none is like it.

    >>> meant("train.tx", ["train.txt", "words"]), meant("qqq", ["train.txt"])
    ('did you mean train.txt?', '')
    """
    close = get_close_matches(name, list(choices), n=3, cutoff=like)
    return f"did you mean {' or '.join(close)}?" if close else ""

"""A text whose every character is coloured by what a model thought of it."""

import math
from collections.abc import Sequence
from typing import Literal

from rich.console import Console
from rich.text import Text

from octavo.evaluation.characters import Thought, by_character

Measure = Literal["entropy", "loss", "rank"]
PALE, DEEP = (247, 247, 247), (178, 24, 43)  # from what was expected to what was not
LIGHT_INK, DARK_INK = "rgb(255,255,255)", "rgb(30,30,30)"
UNITS = {"entropy": "bits", "loss": "bits", "rank": ""}
FULL = 8.0  # bits, or halvings of 256 ranks, at which a colour is deepest


def print_coloured(thoughts: Sequence[Thought], measure: Measure) -> None:
    """The text, then what pale and deep mean; colours only on a terminal, and not where NO_COLOR is set."""
    console = Console(highlight=False, soft_wrap=True)
    console.print(coloured(thoughts, measure))
    shares = (0.0, 0.25, 0.5, 0.75, 1.0)
    key = Text.assemble(*((f" {_at(share, measure)} ", _style(share)) for share in shares))
    console.print(Text.assemble(f"{measure} ", key, f" {UNITS[measure]}"))


def coloured(thoughts: Sequence[Thought], measure: Measure) -> Text:
    """Each character on its colour; a line ends where the text's does."""
    text = Text()
    for one in by_character(thoughts):
        value = math.log2(one.rank) if measure == "rank" else getattr(one, measure)
        text.append(one.token, _style(min(value / FULL, 1.0)))
        if one.token == "\\n":
            text.append("\n")
    return text


def _style(share: float) -> str:
    red, green, blue = (round(pale + share * (deep - pale)) for pale, deep in zip(PALE, DEEP, strict=True))
    return f"{LIGHT_INK if share > 0.5 else DARK_INK} on rgb({red},{green},{blue})"


def _at(share: float, measure: Measure) -> str:
    return f"{2 ** (FULL * share):.0f}" if measure == "rank" else f"{FULL * share:.0f}"

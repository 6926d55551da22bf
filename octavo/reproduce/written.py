"""What the runs of a study wrote, side by side, as the page of results shows it."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import zip_longest
from textwrap import wrap
from typing import Any

ROOM, GAP = 120, "   "  # characters of a line, and what stands between two runs


def written(runs: Sequence[Mapping[str, Any]]) -> list[str]:
    """The first texts that each run wrote greedily, each from another draw, its walks, its labels' texts."""
    draws = {run["run"]: run["found"].get("greedy", {}).get("first", []) for run in runs}
    walks = {run["run"]: _in_a_row(run["found"].get("walks", [])) for run in runs}
    return [
        *_beside("The likeliest character each time, each text from another draw:", draws),
        *_beside("From one held-out text, as it is, to another, as it is:", walks),
        *(line for run in runs for line in _by_label(run["found"].get("groups", []))),
    ]


def _in_a_row(walks: Iterable[Sequence[str]]) -> list[str]:
    """One walk below the other, with an empty line after each."""
    return [text for walk in walks for text in (*walk, "")]


def _beside(title: str, texts: Mapping[str, Sequence[str]]) -> list[str]:
    """A column a run, its name at the top."""
    columns = {run: own for run, own in texts.items() if own}
    if not columns:
        return []
    width = (ROOM - len(GAP) * (len(columns) - 1)) // len(columns)
    rows = [list(columns), *zip_longest(*columns.values(), fillvalue="")]
    if all(len(repr(text)) <= width for row in rows for text in row):
        lines = [
            GAP.join(text.ljust(width) for text in row) for row in [rows[0], *(map(_spelled, row) for row in rows[1:])]
        ]
    else:
        lines = [line for row in rows for line in (*_wrapped(row, width), "")][:-1]
    return ["", title, "", *(f"    {line}".rstrip() for line in lines)]


def _spelled(text: str) -> str:
    """A short text with what cannot be seen of it, spaces at its ends say; nothing for the end of a walk."""
    return text and repr(text)


def _wrapped(row: Sequence[str], width: int) -> list[str]:
    """The texts of a row side by side, each on as many lines as it takes."""
    cells = (wrap(" ".join(text.split()), width) for text in row)
    return [GAP.join(cell.ljust(width) for cell in line) for line in zip_longest(*cells, fillvalue="")]


def _by_label(groups: Iterable[Mapping[str, Any]]) -> list[str]:
    """Every label's text at the same z, and how likely the model finds that label of it."""
    lines = []
    for group in groups:
        lines += ["", f"z of seed {group['seed']}:", ""]
        for name, text in group["texts"].items():
            told = group.get("probabilities", {}).get(name)
            beside = "" if told is None else f" ({told:.2f})"
            lines.append(f"    {name}{beside}: {' '.join(text.split())[:ROOM]}".rstrip())
    return lines

"""What a language model made of one text, as the page of results shows it: samples, completions, thoughts, a copy."""

import math
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from statistics import mean
from typing import Any

PARTS = ("samples", "completions", "inspected", "copied")  # of what a study found, those that are told here
ROOM, LIKELIEST = 110, 20


def of_one_text(runs: Sequence[Mapping[str, Any]], parts: Sequence[str]) -> list[str]:
    """Of each run these parts of what it found, where it has found them."""
    lines: list[str] = []
    for run in runs:
        told = [line for part in PARTS if part in parts and part in run["found"] for line in TELL[part](run["found"])]
        lines += ["", f"{run['run']}, of {run['data']}, after {run['steps']:,} updates:", *told] if told else []
    return lines


def _samples(found: Mapping[str, Any]) -> Iterator[str]:
    """The end of what was given, how it goes on in truth, and what was written instead."""
    given = _seed(found).replace("\n", " ")
    end = given if len(given) <= ROOM else f"… {given[-ROOM:].partition(' ')[2]}"
    yield from ("", f"    given: {end}")
    texts = {"truth": found["truth"]} | {f"sample {number}": one for number, one in enumerate(found["samples"], 1)}
    for name, text in texts.items():
        yield from ("", *textwrap.wrap(f"{name}: {text}", ROOM, initial_indent="    ", subsequent_indent="        "))


def _completions(found: Mapping[str, Any]) -> Iterator[str]:
    """The likeliest words, whole, and how likely each is."""
    begun = (_seed(found).split(" ") or [""])[-1]
    words = [f"{begun}{one['text']} {one['probability']:.3f}" for one in found["completions"]]
    head = f"The likeliest of {len(words)} words that begin with “{begun}”:"
    yield from ("", head, "")
    yield from textwrap.wrap(", ".join(words[:LIKELIEST]), ROOM, initial_indent="    ", subsequent_indent="    ")


def _inspected(found: Mapping[str, Any]) -> Iterator[str]:
    """What all characters cost, and how often the true one was expected most."""
    thoughts = found["inspected"]
    bits = mean(math.inf if one["loss"] is None else one["loss"] for one in thoughts)  # JSON has no infinity
    entropy, rank = (mean(one[name] for one in thoughts) for name in ("entropy", "rank"))
    first = mean(one["rank"] == 1 for one in thoughts)
    yield ""
    yield (
        f"{len(thoughts)} characters cost {bits:.2f} bits each and were expected to cost {entropy:.2f}; {first:.1%} of "
        f"them were expected most, and their mean rank is {rank:.1f}."
    )


def _copied(found: Mapping[str, Any]) -> Iterator[str]:
    """The made-up name's ranks, character by character, after either seed."""
    copied = found["copied"]
    inside = slice(copied["begin"], copied["end"])
    rows = {
        "": copied["tokens"][inside],
        f"it stands {copied['distance']} characters before": copied["corrupted"][inside],
        "it does not": copied["original"][inside],
    }
    yield from ("", "Ranks of the made-up name's characters:", "")
    width = max(map(len, rows))
    for name, row in rows.items():
        yield f"    {name:<{width}}" + "".join(f"{one:>5}" for one in row)
    yield ""
    yield (
        f"Their mean but for the first: {copied['mean_rank']:.1f} where the name stands before, and "
        f"{copied['mean_rank_without']:.1f} where it does not."
    )


def _seed(found: Mapping[str, Any]) -> str:
    return found["text"].partition(found["truth"])[0]


TELL = dict(zip(PARTS, (_samples, _completions, _inspected, _copied), strict=True))

"""What a latent variable pays of a text's cost, decoder by decoder (Yang et al. 2017, Figure 2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby, pairwise
from pathlib import Path
from statistics import mean
from typing import Any, NamedTuple

from octavo.figures.rows import decoder_of, nats_a_text, read_row, reader_of, texts_of
from octavo.figures.style import COLOURS, INK, drawing

HEIGHT = 5.2  # inches
DECODERS = ("LSTM", "SCNN", "MCNN", "LCNN", "VLCNN")
GROUPS = ("LM", "VAE", "VAE + init")
WIDTH, ROOM = 0.7, 0.6  # of a bar, and between decoders, in places of bars
BESIDE: dict[str, Any] = {"ha": "center", "fontsize": "small"}


class Bar(NamedTuple):
    """A text's cost in nats, and the KL's part of it."""

    group: str
    decoder: str
    nats: float
    kl: float


def stacked_cost(paths: Sequence[Path], out: Path) -> None:
    """A text's cost, the KL's part on that of the reconstruction; what a VAE gains on its decoder alone; the KL again.

    Of two rows of one decoder that is drawn which validation prefers.
    """
    bars = bars_of(paths)
    places = dict(zip(bars, places_of(bars), strict=True))
    of_vaes = {bar: place for bar, place in places.items() if bar.group != GROUPS[0]}
    with drawing(out, HEIGHT) as figure:
        costs, gains, kls = figure.subplots(3, 1, sharex=True, height_ratios=(2, 1, 1))
        _draw_costs(costs, places)
        _draw(gains, {of_vaes[bar]: gain for bar, gain in gains_of(bars).items()}, COLOURS[2], "gain on the LM, nats")
        _draw(kls, {place: bar.kl for bar, place in of_vaes.items()}, COLOURS[1], "KL, nats")
        kls.set_xticks(list(places.values()), [bar.group.removeprefix("VAE ") for bar in bars])
        for axes in (costs, gains, kls):
            axes.grid(axis="x", visible=False)
            axes.margins(y=0.25)


def _draw_costs(axes: Any, places: Mapping[Bar, float]) -> None:
    rest, kl = [bar.nats - bar.kl for bar in places], [bar.kl for bar in places]
    axes.bar(places.values(), rest, color=COLOURS[0], width=WIDTH, label="reconstruction")
    axes.bar(places.values(), kl, bottom=rest, color=COLOURS[1], width=WIDTH, label="KL")
    axes.set(ylabel="cost, nats a text")
    axes.legend(loc="upper right", ncols=2)
    for bar, place in places.items():
        axes.text(place, bar.nats, f"{bar.nats:.1f}", va="bottom", **BESIDE)
    for name, group in groupby(places, key=lambda bar: bar.decoder):
        middle = mean(places[bar] for bar in group)
        axes.text(middle, 1.02, name, transform=axes.get_xaxis_transform(), ha="center", va="bottom")


def _draw(axes: Any, heights: Mapping[float, float], colour: str, name: str) -> None:
    axes.bar(list(heights), list(heights.values()), color=colour, width=WIDTH)
    axes.axhline(0, color=INK, linewidth=0.6)
    axes.set(ylabel=name)
    for place, height in heights.items():
        figure = f"{height:.2f}".replace("-", "\N{MINUS SIGN}")
        axes.text(place, height, figure, va="bottom" if height >= 0 else "top", **BESIDE)


def gains_of(bars: Sequence[Bar]) -> dict[Bar, float]:
    """How many nats a text costs less with a latent variable than by the same decoder alone, where both are there.

    >>> gains_of([Bar("LM", "SCNN", 9.0, 0.0), Bar("VAE", "SCNN", 8.5, 1.0), Bar("VAE", "MCNN", 8.0, 1.0)])
    {Bar(group='VAE', decoder='SCNN', nats=8.5, kl=1.0): 0.5}
    """
    alone = {bar.decoder: bar.nats for bar in bars if bar.group == GROUPS[0]}
    return {bar: alone[bar.decoder] - bar.nats for bar in bars if bar.group != GROUPS[0] and bar.decoder in alone}


def bars_of(paths: Sequence[Path]) -> list[Bar]:
    """A bar for each decoder of each group; all are of the same texts."""
    rows = {path: read_row(path) for path in paths}
    texts = _texts_of_all(rows)
    best: dict[tuple[str, str], Mapping[str, Any]] = {}
    for row in rows.values():
        which = group_of(row), decoder_of(row)
        if which not in best or _on_validation(row) < _on_validation(best[which]):
            best[which] = row
    bars = [
        Bar(*which, nats_a_text(row["metrics"]["test"], texts), row["metrics"]["test"].get("kl", 0.0))
        for which, row in best.items()
    ]
    return sorted(bars, key=lambda bar: (_size(bar.decoder), bar.decoder, GROUPS.index(bar.group)))


def group_of(row: Mapping[str, Any]) -> str:
    """Whether a row is of a language model, of a VAE, or of one whose reader began elsewhere."""
    if "kl" not in row["metrics"]["test"]:
        return GROUPS[0]
    return GROUPS[2] if reader_of(row) else GROUPS[1]


def places_of(bars: Sequence[Bar]) -> list[float]:
    """A place for each bar, with room between decoders.

    >>> places_of([Bar("LM", "SCNN", 9, 0), Bar("VAE", "SCNN", 9, 1), Bar("LM", "MCNN", 9, 0)])
    [0.0, 1.0, 2.6]
    """
    places = [0.0]
    for before, one in pairwise(bars):
        places.append(places[-1] + 1.0 + ROOM * (one.decoder != before.decoder))
    return places


def _texts_of_all(rows: Mapping[Path, Mapping[str, Any]]) -> int:
    """How many texts the rows are of, which a VAE among them tells."""
    tests = {path: row["metrics"].get("test") or {} for path, row in rows.items()}
    for path, test in tests.items():
        if "perplexity" not in test:
            raise ValueError(f"{path} has no perplexity: this figure is of models of words")
    (first, test), *others = tests.items()
    for path, other in others:
        if (other["tokens"], other["bytes"]) != (test["tokens"], test["bytes"]):
            raise ValueError(f"{path} is of other texts than {first}: their costs do not compare")
    texts = next(filter(None, map(texts_of, tests.values())), None)
    if texts is None:
        raise ValueError(f"{first} does not tell how many texts it is of: give a VAE's row beside it")
    return texts


def _on_validation(row: Mapping[str, Any]) -> float:
    return row["metrics"]["valid"]["perplexity"]


def _size(decoder: str) -> int:
    return DECODERS.index(decoder) if decoder in DECODERS else len(DECODERS)

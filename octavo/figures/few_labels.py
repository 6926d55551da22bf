"""Accuracy by the number of labels, seed by seed (Yang et al. 2017, Table 4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import mean
from typing import Any

from octavo.figures.rows import decoder_of, kinds_of, read_row
from octavo.figures.style import drawing, label_right, line_style

HEIGHT = 3.2  # inches
APART = 1.03  # how many times further right a system stands than the one before it, lest dots hide each other
# By the kinds of a row's recipe and of the one that its reader began from, the corpus aside; before a VAE's stands
# its decoder.
NAMES = {
    ("lstm-few-labels", ""): "LSTM",
    ("lstm-few-labels", "lstm-autoencoder"): "LA-LSTM",
    ("lstm-few-labels", "lstm-lm"): "LM-LSTM",
    ("scnn-vae-semi", ""): "-VAE-Semi",
    ("scnn-vae-semi", "lstm-lm"): "-VAE-Semi + init",
    ("lstm-vae-semi", ""): "-VAE-Semi",
    ("lstm-vae-semi", "lstm-lm"): "-VAE-Semi + init",
}
LABELS = "data.batching.labels"
DEFAULT = 500  # what these recipes have, where a row changes nothing
TELLING = {"model.alpha": "alpha", "model.writer.drop_word": "words dropped"}
Points = dict[str, dict[int, list[float]]]


def few_labels(paths: Sequence[Path], out: Path) -> None:
    """Rows of results that differ in their system, number of labels and seed: a dot a seed, a line of their means."""
    points = points_of(paths)
    counts = sorted({count for by_count in points.values() for count in by_count})
    styles = [line_style(place) for place in range(len(points))]
    with drawing(out, HEIGHT) as figure:
        axes = figure.subplots()
        for number, (style, by_count) in enumerate(zip(styles, points.values(), strict=True)):
            apart = APART ** (number - (len(points) - 1) / 2)
            seeds = {apart * count: [100 * accuracy for accuracy in by_count[count]] for count in sorted(by_count)}
            axes.plot(list(seeds), list(map(mean, seeds.values())), **style)
            for place, own in seeds.items():
                axes.plot([place] * len(own), own, "o", color=style["color"], markersize=3.5, alpha=0.7)
        axes.set_xscale("log")
        axes.set_xticks(counts, [f"{count:,}" for count in counts])
        axes.minorticks_off()
        axes.set(xlabel="labels", ylabel="accuracy on test, %")
        ends = [100 * mean(by_count[max(by_count)]) for by_count in points.values()]
        label_right(axes, list(points), ends, styles)


def points_of(paths: Sequence[Path]) -> Points:
    """Each system's accuracies by their number of labels, a value a seed; systems of other data stand apart."""
    rows = {path: read_row(path) for path in paths}
    of_one = len({row["data"] for row in rows.values()}) == 1
    found: Points = {}
    for path, row in rows.items():
        accuracy = row["metrics"]["test"].get("accuracy")
        if accuracy is None:
            raise ValueError(f"{path} has no accuracy: this figure is of models that tell labels")
        name = name_of(row) + ("" if of_one else f", {row['data']}")
        by_count = found.setdefault(name, {})
        by_count.setdefault(row["overrides"].get(LABELS, DEFAULT), []).append(accuracy)
    return found


def name_of(row: Mapping[str, Any]) -> str:
    """What the paper calls a row's system, and what else of its model's objective tells it from that."""
    kinds = kinds_of(row)
    name = decoder_of(row) + NAMES.get(kinds, " from ".join(filter(None, kinds)))
    return name + "".join(
        f", {field} {row['overrides'][path]}" for path, field in TELLING.items() if path in row["overrides"]
    )

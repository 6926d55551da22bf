"""What metrics.jsonl tells of a run, as curves."""

import json
import math
import statistics
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

Line = dict[str, Any]


class Point(NamedTuple):
    """A value, and when it was reached. What was not finite is NaN, where a drawn line breaks."""

    step: int
    seconds: float
    value: float


Curve = list[Point]


class Course(NamedTuple):
    """How a run went, by one metric; the `tokens` of an update, and of what; whether it was trained on stretches."""

    name: str
    metric: str
    train: Curve
    valid: Curve
    tokens: float = math.nan
    unit: str = "tokens"
    stretches: bool = False

    @property
    def end(self) -> Point:
        """The last value worth reading: of held-out text, where there was any."""
        return finite(self.valid or self.train)[-1]


def read_courses(runs: Sequence[Path], metric: str | None = None) -> list[Course]:
    """The courses of runs that measure the same, by their folders or their metrics.jsonl.

    Without a metric it is their own first: bits per byte, or of characters, or perplexity, …
    """
    files = [run / "metrics.jsonl" if run.is_dir() else run for run in runs]
    courses = [_course(name, file, metric) for name, file in zip(_names(files), files, strict=True)]
    if len({course.metric for course in courses}) > 1:
        measures = ", ".join(f"{course.name}: {course.metric}" for course in courses)
        raise ValueError(f"these runs do not measure the same, draw them apart: {measures}")
    return courses


def _course(name: str, file: Path, metric: str | None) -> Course:
    lines = _lines(file)
    valid = [line for line in lines if line["split"] == "valid"]
    units = (valid or lines)[0]["units"]
    if not units:
        raise ValueError(f"{file} holds no metric")
    metric = metric or next(iter(units))
    if metric not in units:
        raise ValueError(f"{file} holds no {metric}, but {', '.join(units)}")
    train = [line for line in lines if line["split"] == "train"]
    curves = _curve(train, metric), _curve(valid, metric)
    unit = "bytes" if "bits_per_byte" in units else "tokens"
    spelled = spell(metric, units[metric].replace("tokens", unit))
    course = Course(name, spelled, *curves, _tokens(train), unit, _stretches(file))
    if not finite(course.valid or course.train):
        raise ValueError(f"{file} holds no finite {metric}")
    return course


def _tokens(train: list[Line]) -> float:
    """The tokens of an update, by what the log says of a second; not a number where it says nothing."""
    rates = [
        line["tokens_per_second"] * line["seconds"] / line["step"] for line in train if "tokens_per_second" in line
    ]
    return statistics.median(rates) if rates else math.nan


def _stretches(file: Path) -> bool:
    """Whether the run was trained on random stretches of texts, and measured on whole ones."""
    recipe = file.with_name("recipe.toml")
    return recipe.is_file() and tomllib.loads(recipe.read_text("utf-8"))["data"]["batching"]["kind"] == "samples"


def _lines(file: Path) -> list[Line]:
    """The lines in the order of their steps. The last may still be being written, and is then left out."""
    if not file.is_file():
        raise ValueError(f"{file} does not exist: a figure needs the folder of a run that has trained")
    try:
        lines = [json.loads(line) for line in file.read_text("utf-8").splitlines(keepends=True) if line.endswith("\n")]
    except ValueError:
        raise ValueError(f"{file} is no log of metrics: give a run's folder, or its metrics.jsonl") from None
    if not lines:
        raise ValueError(f"{file} is still empty: nothing has been measured yet")
    return sorted(lines, key=lambda line: line["step"])


def _curve(lines: list[Line], metric: str) -> Curve:
    having = [line for line in lines if metric in line]
    values = [math.nan if line[metric] is None else line[metric] for line in having]
    return [Point(line["step"], line["seconds"], value) for line, value in zip(having, values, strict=True)]


def finite(curve: Curve) -> Curve:
    return [point for point in curve if math.isfinite(point.value)]


def _names(files: list[Path]) -> list[str]:
    """The runs' folders, with their parents where two are called the same."""
    names = [file.absolute().parent.name for file in files]
    return names if len(set(names)) == len(names) else [str(file.parent) for file in files]


def spell(metric: str, unit: str) -> str:
    """A metric's name for people, with its unit where the name does not tell it.

    >>> spell("bits_per_byte", "bits/byte"), spell("perplexity", "per word"), spell("accuracy", "")
    ('bits per byte', 'perplexity (per word)', 'accuracy')
    """
    name = metric.replace("_", " ")
    return name if unit.replace("/", " per ") in ("", name) else f"{name} ({unit})"

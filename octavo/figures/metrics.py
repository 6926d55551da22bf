"""What metrics.jsonl tells of a run, or what `octavo study curves` kept of it, as curves."""

import json
import math
import statistics
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from octavo.figures.studies import read_study

Line = dict[str, Any]
STRETCHES, WHOLE = "random stretches", "whole texts"
PROCESSOR, CLOCK = "processor_seconds", "seconds"
FREELY = "error_written_freely"


class Point(NamedTuple):
    """A value, and when it was reached. What was not finite is NaN, where a drawn line breaks."""

    step: int
    seconds: float
    value: float
    seen: float = math.nan


Curve = list[Point]


class Log(NamedTuple):
    """What a run has told, a line at a time: each with the tokens `seen`, where that is known, counted in `unit`.

    `of` says of what texts training is. `clock` is the field of a line that tells the time a training takes; it is
    empty where there is none: the seconds of a processor's training tell what else that was busy with.
    `held_out` is what was found of held-out texts like training's, after the step that it names.
    """

    name: str
    lines: list[Line]
    units: dict[str, str]
    unit: str
    of: str
    clock: str
    held_out: dict[str, float]


class Course(NamedTuple):
    """How a run went, by one metric.

    `held_out` is of texts like training's after it, and `errors` are the shares of wrong tokens in these: after true
    ones and, of what goes token by token, after its own.
    """

    name: str
    metric: str
    train: Curve
    valid: Curve
    unit: str = "tokens"
    of: str = WHOLE
    clock: str = CLOCK
    held_out: Point | None = None
    errors: tuple[Point, ...] = ()

    @property
    def end(self) -> Point:
        """The last value worth reading: of held-out text, where there was any."""
        return self.held_out or finite(self.valid or self.train)[-1]


def read_courses(runs: Sequence[Path], metric: str | None = None) -> list[Course]:
    """The courses of runs that measure the same, by their folders, their metrics.jsonl, or a study of curves.

    Without a metric it is their own first: bits per byte, or of characters, or perplexity, …
    """
    courses = [_course(log, metric) for log in _told_apart([log for run in runs for log in _logs(run)])]
    if len({course.metric for course in courses}) > 1:
        measures = ", ".join(f"{course.name}: {course.metric}" for course in courses)
        raise ValueError(f"these runs do not measure the same, draw them apart: {measures}")
    return courses


def read_log(file: Path) -> Log:
    """A run's metrics.jsonl, and what the files beside it say of that."""
    lines = _lines(file)
    valid = [line for line in lines if line["split"] == "valid"]
    units = (valid or lines)[0]["units"]
    if not units:
        raise ValueError(f"{file} holds no metric")
    tokens = _tokens([line for line in lines if line["split"] == "train"])
    lines = [{**line, "seen": line["step"] * tokens} for line in lines]
    unit = "bytes" if "bits_per_byte" in units else "tokens"
    return Log(str(file.absolute().parent), lines, units, unit, _texts(file), _clock(file, lines), {})


def _logs(path: Path) -> list[Log]:
    if path.suffix != ".json":
        return [read_log(path / "metrics.jsonl" if path.is_dir() else path)]
    return [
        Log(run.name, *(run.found[part] for part in ("curve", "units", "unit", "of", "clock", "held_out")))
        for run in read_study([path], "curves")
    ]


def _course(log: Log, metric: str | None) -> Course:
    metric = metric or next(iter(log.units))
    if metric not in log.units:
        raise ValueError(f"{log.name}: metrics.jsonl holds no {metric}, but {', '.join(log.units)}")
    train, valid = (_curve(log, split, metric) for split in ("train", "valid"))
    if not finite(valid or train):
        raise ValueError(f"{log.name}: metrics.jsonl holds no finite {metric}")
    spelled = spell(metric, log.units[metric].replace("tokens", log.unit))
    held_out = _held_out(log, train or valid, metric)
    errors = _held_out(log, train or valid, "error", FREELY)
    return Course(log.name, spelled, train, valid, log.unit, log.of, log.clock, next(iter(held_out), None), errors)


def _held_out(log: Log, points: Curve, *names: str) -> tuple[Point, ...]:
    """What was found of held-out texts, at the step of the weights that were kept."""
    if not log.held_out:
        return ()
    at = next((point for point in points if point.step >= log.held_out["step"]), points[-1])
    return tuple(at._replace(value=log.held_out[name]) for name in names if name in log.held_out)


def _tokens(train: list[Line]) -> float:
    """The tokens of an update, by what the log says of a second; not a number where it says nothing."""
    rates = [
        line["tokens_per_second"] * line["seconds"] / line["step"] for line in train if "tokens_per_second" in line
    ]
    return statistics.median(rates) if rates else math.nan


def _texts(file: Path) -> str:
    """What training is of: of stretches, where they are drawn, while whole texts are measured."""
    recipe = file.with_name("recipe.toml")
    drawn = recipe.is_file() and tomllib.loads(recipe.read_text("utf-8"))["data"]["batching"]["kind"] == "samples"
    return STRETCHES if drawn else WHOLE


def _clock(file: Path, lines: list[Line]) -> str:
    """The processor's seconds where all lines have them, those of the clock where it is not shared."""
    if all(PROCESSOR in line for line in lines):
        return PROCESSOR
    about = file.with_name("run.json")
    on_cpu = about.is_file() and json.loads(about.read_text("utf-8"))["environment"].get("device") == "cpu"
    return "" if on_cpu else CLOCK


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


def _curve(log: Log, split: str, metric: str) -> Curve:
    having = [line for line in log.lines if line["split"] == split and metric in line]
    values = [math.nan if line[metric] is None else line[metric] for line in having]
    return [
        Point(line["step"], line.get(log.clock, math.nan), value, line.get("seen", math.nan))
        for line, value in zip(having, values, strict=True)
    ]


def finite(curve: Curve) -> Curve:
    return [point for point in curve if math.isfinite(point.value)]


def _told_apart(logs: list[Log]) -> list[Log]:
    """By the runs' folders, with their parents where two are called the same."""
    names = [Path(log.name).name for log in logs]
    return (
        [log._replace(name=name) for log, name in zip(logs, names, strict=True)]
        if len(set(names)) == len(names)
        else logs
    )


def spell(metric: str, unit: str) -> str:
    """A metric's name for people, with its unit where the name does not tell it.

    >>> spell("bits_per_byte", "bits/byte"), spell("perplexity", "per word"), spell("accuracy", "")
    ('bits per byte', 'perplexity (per word)', 'accuracy')
    """
    name = metric.replace("_", " ")
    return name if unit.replace("/", " per ") in ("", name) else f"{name} ({unit})"

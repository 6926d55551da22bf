import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from octavo.figures.metrics import read_courses

BITS = {"bits_per_byte": "bits/byte", "kl": "nats"}


def line(step: int, split: str, value: float | None, units: dict[str, str] = BITS) -> dict[str, Any]:
    figures = dict.fromkeys(units, value)
    return {"step": step, "split": split, "rate": 0.1, "seconds": step / 10, **figures, "units": units}


def run(folder: Path, lines: Sequence[dict[str, Any]]) -> Path:
    folder.mkdir(parents=True)
    (folder / "metrics.jsonl").write_text("".join(json.dumps(one) + "\n" for one in lines))
    return folder


def test_the_first_metric_of_each_split_is_read(tmp_path: Path) -> None:
    folder = run(tmp_path / "a", [line(10, "train", 3.0), line(20, "train", 2.0), line(20, "valid", 2.5)])
    (course,) = read_courses([folder])
    assert (course.name, course.metric) == ("a", "bits per byte")
    assert [point[:3] for point in course.train] == [(10, 1.0, 3.0), (20, 2.0, 2.0)]
    assert [point[:3] for point in course.valid] == [(20, 2.0, 2.5)]
    assert course.end[:3] == (20, 2.0, 2.5)
    assert repr(read_courses([folder / "metrics.jsonl"])) == repr([course])  # NaN is not NaN


def test_what_is_not_finite_breaks_the_line_but_ends_no_run(tmp_path: Path) -> None:
    (course,) = read_courses([run(tmp_path / "a", [line(10, "train", 3.0), line(20, "train", None)])])
    assert math.isnan(course.train[1].value)
    assert course.end[:3] == (10, 1.0, 3.0)


def test_time_is_the_processor_s_or_one_that_nothing_shares(tmp_path: Path) -> None:
    lines = [line(10, "train", 3.0), line(20, "train", 2.0)]
    timed = run(tmp_path / "a", [{**one, "processor_seconds": one["step"] / 20} for one in lines])
    assert [point.seconds for point in read_courses([timed])[0].train] == [0.5, 1.0]
    older = run(tmp_path / "b", lines)
    for device, clock in (("cpu", ""), ("cuda", "seconds")):
        (older / "run.json").write_text(json.dumps({"environment": {"device": device}}))
        assert read_courses([older])[0].clock == clock


def test_a_line_being_written_is_left_out(tmp_path: Path) -> None:
    folder = run(tmp_path / "a", [line(10, "train", 3.0)])
    with (folder / "metrics.jsonl").open("a") as file:
        file.write('{"step": 20, "spl')
    assert len(read_courses([folder])[0].train) == 1


def test_runs_of_the_same_name_are_told_apart(tmp_path: Path) -> None:
    folders = [run(tmp_path / group / "a", [line(10, "train", 3.0)]) for group in ("first", "second")]
    assert [course.name for course in read_courses(folders)] == [str(folder) for folder in folders]


def test_runs_that_measure_different_things_are_named(tmp_path: Path) -> None:
    bits = run(tmp_path / "bytes", [line(10, "train", 3.0)])
    words = run(tmp_path / "words", [line(10, "train", 90.0, {"perplexity": "per word"})])
    with pytest.raises(ValueError, match=r"bytes: bits per byte, words: perplexity \(per word\)"):
        read_courses([bits, words])


@pytest.mark.parametrize(
    ("lines", "message"),
    [([], "still empty"), ([line(10, "train", 1.0, {})], "no metric"), ([line(10, "train", None)], "no finite")],
)
def test_a_run_without_figures_is_named(tmp_path: Path, lines: list[dict[str, Any]], message: str) -> None:
    with pytest.raises(ValueError, match=f"metrics.jsonl.* {message}"):
        read_courses([run(tmp_path / "a", lines)])


def test_a_missing_run_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="nowhere does not exist"):
        read_courses([tmp_path / "nowhere"])

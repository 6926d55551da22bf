import json
import math
import re
from pathlib import Path

import pytest

from octavo.figures import FIGURES
from octavo.figures.learning import marks, span
from octavo.figures.metrics import Course, Point, read_courses

pytest.importorskip("matplotlib", reason="needs the plot extra")


def run(folder: Path, floor: float) -> Path:
    """A made-up run: 20 steps of 30 seconds, evaluated twice."""
    folder.mkdir()
    with (folder / "metrics.jsonl").open("w") as file:
        for step in range(1, 21):
            for split in ("train", "valid") if step % 10 == 0 else ("train",):
                facts = {"step": step, "split": split, "seconds": 30.0 * step, "bits_per_byte": floor + 5 / step}
                facts |= {"tokens_per_second": 10_000} if split == "train" else {}
                file.write(json.dumps({**facts, "units": {"bits_per_byte": "bits/byte"}}) + "\n")
    return folder


def test_runs_are_drawn_with_names_and_units(tmp_path: Path) -> None:
    runs = [run(tmp_path / name, floor) for name, floor in (("quasi", 1.0), ("long", 1.01))]
    FIGURES["learning"](runs, tmp_path / "new" / "figure.svg")
    wanted = {"updates", "minutes of training", "bits per byte", "training", "held out", "quasi", "long"}
    assert wanted <= texts_of(tmp_path / "new" / "figure.svg")


def texts_of(picture: Path) -> set[str]:
    return set(re.findall(r"<text[^>]*>([^<]+)<", picture.read_text()))


def test_another_metric_than_the_first_can_be_drawn(tmp_path: Path) -> None:
    folder = run(tmp_path / "short", 1.0)
    with pytest.raises(ValueError, match=r"metrics\.jsonl holds no error, but bits_per_byte"):
        FIGURES["learning-error"]([folder], tmp_path / "figure.svg")
    renamed = (folder / "metrics.jsonl").read_text().replace("bits_per_byte", "error").replace("bits/byte", "share")
    (folder / "metrics.jsonl").write_text(renamed)
    FIGURES["learning-error"]([folder], tmp_path / "figure.svg")
    assert {"error (share)", "million tokens seen"} <= texts_of(tmp_path / "figure.svg")


def test_what_was_seen_is_counted_in_bytes_where_tokens_are_bytes(tmp_path: Path) -> None:
    """20 updates of 30 seconds at 10,000 a second are 6 million."""
    folder = run(tmp_path / "short", 1.0)
    FIGURES["learning-seen"]([folder], tmp_path / "figure.svg")
    assert {"million bytes seen", "6", "training", "held out"} <= texts_of(tmp_path / "figure.svg")
    (folder / "metrics.jsonl").write_text((folder / "metrics.jsonl").read_text().replace("tokens_per_second", "speed"))
    with pytest.raises(ValueError, match="does not say how many tokens were seen in a second: draw learning"):
        FIGURES["learning-seen"]([folder], tmp_path / "figure.svg")


def test_stretches_in_training_are_told_from_whole_texts_held_out(tmp_path: Path) -> None:
    folder = run(tmp_path / "short", 1.0)
    (folder / "recipe.toml").write_text('[data.batching]\nkind = "samples"\n')
    FIGURES["learning"]([folder], tmp_path / "figure.svg")
    wanted = {"updates", "training: random stretches", "held out: whole texts, of another kind"}
    assert wanted <= texts_of(tmp_path / "figure.svg")


LINES = [{"step": step, "split": "train", "seen": step * 1_000_000, "error": 1 / step} for step in range(1, 5)]
WHOLE = {"step": 4, "split": "valid", "seen": 4_000_000, "error": 0.9}  # what must not be drawn beside stretches
CURVES = {"of": "random stretches", "unit": "bytes", "units": {"error": "share of tokens"}, "clock": ""}


def curves(path: Path, **held_out: float) -> Path:
    """A made-up study of one run."""
    found = {**CURVES, "curve": [*LINES, WHOLE], "held_out": {"step": 4, **held_out}}
    path.write_text(json.dumps({"study": "curves", "runs": [{"run": path.stem, "found": found}]}))
    return path


def test_a_study_is_drawn_like_beside_like_and_without_a_clock_that_was_shared(tmp_path: Path) -> None:
    paths = [curves(tmp_path / "at-once.json", error=0.3)]
    paths.append(curves(tmp_path / "one-by-one.json", error=0.4, error_written_freely=0.7))
    FIGURES["learning-error"](paths[:1], tmp_path / "one.svg")
    one = texts_of(tmp_path / "one.svg")
    assert {"training: random stretches", "held out: random stretches, at the end", "at-once"} <= one
    assert "the same, written freely" not in one
    assert not [text for text in one if "whole" in text or " of training" in text]
    FIGURES["learning-error"](paths, tmp_path / "both.svg")
    assert {"the same, written freely", "one-by-one"} <= texts_of(tmp_path / "both.svg")
    courses = read_courses(paths, "error")
    assert [course.end[:1] + course.end[2:] for course in courses] == [(4, 0.3, 4_000_000), (4, 0.4, 4_000_000)]
    assert span(courses)[1] < 1.1  # the steep beginning is of the picture here, and 0.9 is no part of either
    assert max(point.value for course in courses for point in marks(course)) == 0.7


def test_errors_are_a_panel_beside_another_metric(tmp_path: Path) -> None:
    path = curves(tmp_path / "bits.json", bits=2.0, error=0.4, error_written_freely=0.7)
    path.write_text(
        path.read_text().replace('"units": {', '"units": {"bits": "", ').replace('"seen"', '"bits": 3.0, "seen"')
    )
    FIGURES["learning-seen"]([path], tmp_path / "figure.svg")
    assert {"bits", "error (share of bytes)", "the same, written freely"} <= texts_of(tmp_path / "figure.svg")
    assert marks(read_courses([path])[0]) == [(4, pytest.approx(math.nan, nan_ok=True), 2.0, 4_000_000)]


def test_time_is_drawn_where_it_is_the_training_s_own(tmp_path: Path) -> None:
    folder = run(tmp_path / "short", 1.0)
    (folder / "run.json").write_text('{"environment": {"device": "cpu"}}')
    FIGURES["learning"]([folder], tmp_path / "figure.svg")
    assert not [text for text in texts_of(tmp_path / "figure.svg") if text.startswith("minutes")]
    timed = (folder / "metrics.jsonl").read_text().replace('"seconds"', '"processor_seconds": 600, "seconds"')
    (folder / "metrics.jsonl").write_text(timed)
    FIGURES["learning"]([folder], tmp_path / "figure.svg")
    assert "minutes of the processor's time" in texts_of(tmp_path / "figure.svg")


def test_the_picture_leaves_out_the_steep_beginning_only() -> None:
    train = [Point(step, 0.0, value) for step, value in ((1, 9.0), (10, 3.0), (50, float("nan")), (100, 2.0))]
    valid = [Point(100, 0.0, 2.5)]
    low, high = span([Course("a", "bits per byte", train, valid)])
    assert low < 2.0 < 3.0 < high < 4.0


def test_a_single_value_is_a_picture_too(tmp_path: Path) -> None:
    folder = run(tmp_path / "short", 1.0)
    first = (folder / "metrics.jsonl").read_text().splitlines()[0]
    (folder / "metrics.jsonl").write_text(first + "\n")
    FIGURES["learning"]([folder], tmp_path / "figure.png")
    assert (tmp_path / "figure.png").read_bytes().startswith(b"\x89PNG")

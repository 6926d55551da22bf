"""The log: no step twice, one rank, a line where there is no terminal."""

import io
import json
import math
from pathlib import Path

import pytest
from rich.console import Console

from octavo import distributed
from octavo.schedules import Progress
from octavo.training.runlog import RunLog, cut_after


def lines(folder: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]


def test_a_figure_is_written_with_its_unit(tmp_path: Path) -> None:
    with RunLog(tmp_path) as log:
        log.write(3, {"loss": (1.5, "bits/byte"), "norm": (math.nan, "")}, "valid", seconds=2.0)
    (line,) = lines(tmp_path)
    expected = {"step": 3, "split": "valid", "seconds": 2.0, "loss": 1.5, "norm": None}
    assert line == expected | {"units": {"loss": "bits/byte", "norm": ""}}


def test_a_resumed_run_holds_no_step_twice(tmp_path: Path) -> None:
    with RunLog(tmp_path) as log:
        for step in (1, 2, 3):
            log.write(step, {"loss": (step, "nats")})
    with RunLog(tmp_path, resumed_at=2) as log:
        log.write(3, {"loss": (30, "nats")})
    assert [(line["step"], line["loss"]) for line in lines(tmp_path)] == [(1, 1), (2, 2), (3, 30)]


def test_a_run_begun_anew_begins_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "metrics.jsonl").write_text('{"step": 0}\n{"step": 1}\n')
    with RunLog(tmp_path, resumed_at=0):
        pass
    assert lines(tmp_path) == []


def test_a_line_that_a_killed_process_left_unfinished_is_cut(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    path.write_text('{"step": 1}\n{"step": 2, "lo')
    cut_after(path, 2)
    assert path.read_text() == '{"step": 1}\n'


def test_ranks_other_than_the_first_write_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(distributed, "rank", lambda: 1)
    with RunLog(tmp_path, seconds_between_lines=0.0) as log:
        log.write(1, {"loss": (1, "nats")})
        log.advance(Progress(1, 0.5, 0.5), tokens=1)
        log.say("hello")
    assert not list(tmp_path.iterdir())
    assert capsys.readouterr() == ("", "")


def test_without_a_terminal_there_is_a_plain_line_on_stderr(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with RunLog(tmp_path, total=1000, resumed_at=9, seconds_between_lines=0.0) as log:
        log.advance(Progress(10, 0.1, 0.01), tokens=100)
        log.write(10, {"loss": (1.83333, "bits/byte")})
        log.advance(Progress(11, 0.1, 0.011), tokens=100)
    out, err = capsys.readouterr()
    assert out == ""
    first, second = err.splitlines()
    assert first.startswith("step 10 of 1,000 · ")
    assert "train loss 1.833 bits/byte · " in second
    assert "tokens/s · " in second
    assert second.endswith(" left")
    assert "\x1b" not in err


def test_lines_are_not_more_often_than_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with RunLog(tmp_path, seconds_between_lines=3600.0) as log:
        for step in range(100):
            log.advance(Progress(step, 0, step / 100), tokens=1)
    assert capsys.readouterr().err == ""


def test_a_terminal_gets_a_bar_and_no_colour_where_none_is_wanted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    screen = io.StringIO()
    console = Console(file=screen, force_terminal=True, force_interactive=True, width=120)
    with RunLog(tmp_path, total=2, console=console) as log:
        log.advance(Progress(1, 0.5, 0.5), tokens=10)
        log.say("evaluated")
    assert "━" in screen.getvalue()
    assert "step 1 of 2" in screen.getvalue()
    assert "evaluated" in screen.getvalue()
    assert "\x1b[3" not in screen.getvalue()


def test_tensorboard_gets_the_figures(tmp_path: Path) -> None:
    """Takes a second: it imports tensorboard."""
    pytest.importorskip("tensorboard")
    with RunLog(tmp_path, tensorboard=True) as log:
        log.write(1, {"loss": (1.5, "nats")})
    (events,) = (tmp_path / "tensorboard").iterdir()
    assert b"train/loss (nats)" in events.read_bytes()


def test_parts_of_a_figure_are_written_but_not_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with RunLog(tmp_path, total=1000, seconds_between_lines=0.0) as log:
        log.write(10, {"kl": (1.5, "nats/text"), "kl/0": (1.25, "nats/text")}, "valid")
        log.advance(Progress(10, 0.1, 0.01), tokens=100)
    assert lines(tmp_path)[0]["kl/0"] == 1.25
    shown = capsys.readouterr().err
    assert "valid kl 1.5 nats/text" in shown
    assert "1.25" not in shown

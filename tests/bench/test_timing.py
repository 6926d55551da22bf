"""Turns and rounds, on a clock that the works themselves move."""

import pytest

from octavo.bench import timing


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What the time is, in its one element."""
    now = [0.0]
    monkeypatch.setattr(timing.time, "perf_counter", lambda: now[0])
    return now


def works(clock: list[float], log: list[str], **seconds: float) -> dict[str, timing.Work]:
    def work(name: str) -> None:
        log.append(name)
        clock[0] += seconds[name]

    return {name: lambda name=name: work(name) for name in seconds}


def test_short_works_take_turns_and_fill_their_time(clock: list[float]) -> None:
    log: list[str] = []
    taken = timing.medians(works(clock, log, a=0.25, b=0.5), rounds=3, seconds=1.0)
    assert taken == {"a": 0.25, "b": 0.5}
    assert log == ["a"] * 3 + ["b"] * 3 + (["a"] * 4 + ["b"] * 2) * 3


def test_long_works_have_two_turns_of_which_the_first_call_is_one(clock: list[float]) -> None:
    log: list[str] = []
    taken = timing.medians(works(clock, log, a=30.0, b=1.0), rounds=7)
    assert taken == {"a": 30.0, "b": 1.0}
    assert log == ["a", "b", "a", "b", "b"]  # the last that b may have two


def test_turns_end_when_there_are_enough_of_them(clock: list[float]) -> None:
    log: list[str] = []
    timing.medians(works(clock, log, a=1.5), rounds=20)
    assert len(log) == 1 + 6  # the seventh would begin after ten and a half seconds

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


def test_a_long_work_is_called_once_a_turn_and_in_two_rounds_at_least(clock: list[float]) -> None:
    log: list[str] = []
    taken = timing.medians(works(clock, log, a=30.0, b=1.0), rounds=7)
    assert taken == {"a": 30.0, "b": 1.0}
    assert log == ["a", "b"] * 3


def test_what_is_warm_has_no_first_call(clock: list[float]) -> None:
    log: list[str] = []
    timing.medians(works(clock, log, a=30.0, b=0.01), rounds=7, warm=True)
    assert log == ["a", "b"] * 2


def test_rounds_end_when_there_are_enough_of_them(clock: list[float]) -> None:
    log: list[str] = []
    timing.medians(works(clock, log, a=3.0), rounds=7)
    assert len(log) == 1 + 3  # the fourth would begin after nine seconds


def test_what_a_first_call_spends_on_warming_up_is_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    now, log = [0.0], []
    monkeypatch.setattr(timing.time, "perf_counter", lambda: now[0])

    def work() -> None:
        now[0] += 3.0 if log else 9.0
        log.append("a")

    assert timing.medians({"a": work}) == {"a": 3.0}

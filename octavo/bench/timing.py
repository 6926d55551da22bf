"""How long things take: alternating in one process, medians, so that a machine's drift falls on all alike."""

import statistics
import time
from collections.abc import Callable, Hashable, Mapping
from typing import TypeVar

import torch

ENOUGH = 10.0  # seconds after which no work has more than two turns, unless a bench asks for more
LONG = 2.0  # seconds of a first call that is a turn by itself: beside them it warms up for nothing
Work = Callable[[], object]
Name = TypeVar("Name", bound=Hashable)


def medians(
    works: Mapping[Name, Work], rounds: int = 7, seconds: float = 0.05, enough: float = ENOUGH
) -> dict[Name, float]:
    """Median seconds of one call of each: A B A B …, every turn as many calls as fill `seconds`.

    Where they take long there are fewer turns, two at least: work of many seconds is steady by itself.
    """
    begun = time.perf_counter()
    calls, turns = dict[Name, int](), dict[Name, list[float]]()
    for name, work in works.items():
        first = _turn(work, 1)
        turns[name] = [first] if first > LONG else []
        calls[name] = _calls(work, first, seconds)
    for _ in range(rounds):
        is_late = time.perf_counter() - begun > enough
        for name, work in works.items():
            if not is_late or len(turns[name]) < 2:
                turns[name].append(_turn(work, calls[name]))
    return {name: statistics.median(taken) for name, taken in turns.items()}


def _calls(work: Work, first: float, seconds: float) -> int:
    """How many fill the time, once the first ones have warmed up caches and allocator; one, of long work."""
    if first > 10 * seconds:
        return 1
    work()
    return max(1, round(seconds / max(_turn(work, 1), 1e-9)))


def _turn(work: Work, calls: int) -> float:
    _wait()
    begun = time.perf_counter()
    for _ in range(calls):
        work()
    _wait()
    return (time.perf_counter() - begun) / calls


def _wait() -> None:
    if torch.cuda.is_available():
        torch.cuda.synchronize()

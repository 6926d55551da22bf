"""How long things take: alternating in one process, medians, so that a machine's drift falls on all alike."""

import statistics
import time
from collections.abc import Callable, Hashable, Mapping
from typing import TypeVar

import torch

ENOUGH = 8.0  # seconds of rounds after which no other begins, unless a bench asks for more
Work = Callable[[], object]
Name = TypeVar("Name", bound=Hashable)


def medians(
    works: Mapping[Name, Work], rounds: int = 7, seconds: float = 0.05, enough: float = ENOUGH, warm: bool = False
) -> dict[Name, float]:
    """Median seconds of one call of each: A B A B …, every turn as many calls as fill `seconds`.

    Where rounds take long there are fewer, two at least: work of many seconds is steady by itself. What has run before
    is `warm`, and has a call a turn.
    """
    calls = {name: 1 if warm else _calls(work, seconds) for name, work in works.items()}
    turns: dict[Name, list[float]] = {name: [] for name in works}
    begun = time.perf_counter()
    for done in range(rounds):
        if done >= 2 and time.perf_counter() - begun > enough:
            break
        for name, work in works.items():
            turns[name].append(_turn(work, calls[name]))
    return {name: statistics.median(taken) for name, taken in turns.items()}


def _calls(work: Work, seconds: float) -> int:
    """How many fill the time, after the first ones have warmed up caches and allocator; one, of long work."""
    if _turn(work, 1) > 2 * seconds:
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

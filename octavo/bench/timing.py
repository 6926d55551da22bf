"""How long things take: alternating in one process, medians, so that a machine's drift falls on all alike."""

import statistics
import time
from collections.abc import Callable, Mapping

import torch

Work = Callable[[], object]


def medians(works: Mapping[str, Work], rounds: int = 7, seconds: float = 0.05) -> dict[str, float]:
    """Median seconds of one call of each: A B A B …, every turn as many calls as fill `seconds`."""
    calls = {name: _calls(work, seconds) for name, work in works.items()}
    turns: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            turns[name].append(_turn(work, calls[name]))
    return {name: statistics.median(taken) for name, taken in turns.items()}


def _calls(work: Work, seconds: float) -> int:
    """How many calls fill the time, after the first ones have warmed up caches and allocator."""
    for _ in range(2):
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

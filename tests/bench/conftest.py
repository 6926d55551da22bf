from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

import pytest

from octavo.bench.timing import Work

TIMES = 2  # each work is called: what is left by its first call must not trouble the next
Took = Callable[[Any], float]
Timed = Callable[[ModuleType, Took], None]


@pytest.fixture
def timed(monkeypatch: pytest.MonkeyPatch) -> Timed:
    """`timed(bench, took)`: works really run, and each is said to have taken the seconds that `took` gives its name."""

    def replace(bench: ModuleType, took: Took) -> None:
        def medians(works: Mapping[Any, Work], **settings: float) -> dict[Any, float]:
            for work in [*works.values()] * TIMES:
                work()
            return {name: took(name) for name in works}

        monkeypatch.setattr(bench, "medians", medians)

    return replace

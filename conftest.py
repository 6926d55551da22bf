"""What every test and doctest shares: a cache of its own, one thread, the same examples every time."""

from importlib.util import find_spec
from pathlib import Path

import hypothesis
import pytest
import torch

hypothesis.settings.register_profile("octavo", deadline=None, derandomize=True, database=None)
hypothesis.settings.load_profile("octavo")
torch.set_num_threads(1)

# Its kernels cannot be defined without Triton, so neither can its doctests be looked for.
collect_ignore = [] if find_spec("triton") else ["octavo/ops/recurrence/triton_kernel.py"]


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OCTAVO_CACHE", str(tmp_path / "cache"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if torch.cuda.is_available():
        return
    for item in items:
        if item.get_closest_marker("cuda"):
            item.add_marker(pytest.mark.skip(reason="no CUDA device"))

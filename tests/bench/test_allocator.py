import pytest
import torch

from octavo.bench import allocator


def test_a_row_says_what_the_systems_allocator_costs(monkeypatch: pytest.MonkeyPatch) -> None:
    told = iter([0.02, 0.05, 0.03, 0.04, 0.01, 0.01])
    monkeypatch.setattr(allocator, "_elsewhere", lambda malloc: next(told))
    [row] = allocator.rows(torch.device("cpu"))
    assert (row["kept_ms"], row["system_ms"], row["times_faster"]) == (20.0, 40.0, 2.0)


def test_a_step_is_timed_in_a_process_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    assert allocator._elsewhere("system") > 0

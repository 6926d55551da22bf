import pytest
import torch

from octavo.bench import attention
from tests.bench.conftest import Timed


def test_both_ways_are_held_against_each_other(monkeypatch: pytest.MonkeyPatch, timed: Timed) -> None:
    monkeypatch.setattr(attention, "LENGTH", 8)
    timed(attention, lambda name: 0.002 if name == "fused" else 0.004)
    rows = list(attention.rows(torch.device("cpu")))
    assert [row["dropout"] for row in rows] == [0.0, 0.2]
    assert all((row["plain_ms"], row["fused_ms"], row["fused_times_plain"]) == (4, 2, 2) for row in rows)

import pytest
import torch

from octavo.bench import optimizers
from tests.bench.conftest import Timed


def test_both_ways_update_and_are_held_against_each_other(monkeypatch: pytest.MonkeyPatch, timed: Timed) -> None:
    monkeypatch.setattr(optimizers, "WORDS", 5)
    monkeypatch.setattr(optimizers, "copy_rate", lambda size, device: 2000 * size)
    timed(optimizers, lambda name: 0.004 if name == "stock" else 0.001)
    rows = {row["optimizer"]: row for row in optimizers.rows(torch.device("cpu"))}
    assert rows.keys() == {"SGD", "Adam"}
    assert all((row["fused_ms"], row["stock_ms"], row["times_stock"]) == (1, 4, 4) for row in rows.values())
    assert all(row["share_of_copy"] == 0.5 for row in rows.values())

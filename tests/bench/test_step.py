import pytest
import torch

from octavo.bench import step
from tests.bench.conftest import Timed


def test_a_steps_parts_run_and_are_told_apart(monkeypatch: pytest.MonkeyPatch, timed: Timed) -> None:
    timed(step, lambda name: 0.006 if name[0] == step.STOCK else 0.002)
    monkeypatch.setattr(step, "LENGTH", 3)
    rows = [row for row in step.rows(torch.device("cpu")) if row["precision"] == "fp32"]
    assert [(row["layer"], row["total_ms"], row["times_stock_fp32"]) for row in rows] == [
        ("nn.LSTM, stock", 6.0, 1.0),
        ("nn.LSTM", 2.0, 3.0),
        ("QRNN", 2.0, 3.0),
    ]
    assert all({"recurrent_ms", "softmax_ms", "optimizer_ms"} < row.keys() for row in rows)

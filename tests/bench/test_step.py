from collections.abc import Mapping
from typing import Any

import pytest
import torch

from octavo.bench import step
from octavo.bench.timing import Work


def test_a_steps_parts_run_and_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    def called(works: Mapping[Any, Work], **settings: float) -> dict[Any, float]:
        for work in [*works.values()] * 2:
            work()
        return {(name, *rest): 0.006 if name == step.STOCK else 0.002 for name, *rest in works}

    monkeypatch.setattr(step, "medians", called)
    monkeypatch.setattr(step, "LENGTH", 3)
    rows = [row for row in step.rows(torch.device("cpu")) if row["precision"] == "fp32"]
    assert [(row["layer"], row["total_ms"], row["times_stock_fp32"]) for row in rows] == [
        ("nn.LSTM, stock", 18.0, 1.0),
        ("nn.LSTM", 6.0, 3.0),
        ("QRNN", 6.0, 3.0),
    ]
    assert all({"recurrent_ms", "softmax_ms", "optimizer_ms"} < row.keys() for row in rows)

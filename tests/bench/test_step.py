from collections.abc import Mapping

import pytest
import torch

from octavo.bench import step
from octavo.bench.timing import Work


def test_a_steps_parts_run_and_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    def called(works: Mapping[str, Work], **settings: float) -> dict[str, float]:
        for work in [*works.values()] * 2:
            work()
        return dict.fromkeys(works, 0.002)

    monkeypatch.setattr(step, "medians", called)
    monkeypatch.setattr(step, "LENGTH", 3)
    rows = list(step.rows(torch.device("cpu")))
    assert [row["layer"] for row in rows if row["precision"] == "fp32"] == ["nn.LSTM", "QRNN"]
    for row in rows:
        assert {name: row[name] for name in row if name.endswith("_ms")} == {
            "recurrent_ms": 2.0,
            "softmax_ms": 2.0,
            "optimizer_ms": 2.0,
        }

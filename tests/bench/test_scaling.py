import pytest
import torch

from octavo.bench import scaling
from tests.bench.conftest import Timed


def test_each_size_is_varied_alone(monkeypatch: pytest.MonkeyPatch, timed: Timed) -> None:
    timed(scaling, lambda name: 0.001)
    monkeypatch.setattr(scaling, "VARIED", {"length": (8, 16), "depth": (1, 2)})
    monkeypatch.setattr(scaling, "CORPORA", (1,))
    rows = list(scaling.rows(torch.device("cpu")))
    systems = {row["system"] for row in rows} - {"preparing"}
    assert [(row["varied"], row["size"]) for row in rows if row["system"] == "QRNN"] == [
        ("length", 8),
        ("length", 16),
        ("depth", 1),
        ("depth", 2),
    ]
    assert len(rows) == 4 * len(systems) + 1
    deeper = {
        row["size"]: row["bytes_per_token"] for row in rows if row["system"] == "QRNN" and row["varied"] == "depth"
    }
    assert deeper[1] < deeper[2]
    assert rows[-1]["bytes_per_token"] == pytest.approx(1, abs=0.05)

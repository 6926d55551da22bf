import pytest
import torch

from octavo.bench import streaming
from tests.bench.conftest import Timed


def test_each_way_runs_and_has_its_rate(monkeypatch: pytest.MonkeyPatch, timed: Timed) -> None:
    timed(streaming, lambda name: 0.01 if name == "nn.LSTM" else 0.002)
    monkeypatch.setattr(streaming, "WIDTH", 16)
    monkeypatch.setattr(streaming, "read_rate", lambda size, device: 1000 * size)
    rows = {row["way"]: row for row in streaming.rows(torch.device("cpu"))}
    assert rows["nn.LSTM"]["tokens_per_s"] == 100
    assert rows["Octavo's LSTM"]["times_nn.LSTM"] == 5
    assert rows["QRNN, fused int8"]["times_nn.LSTM"] == 5
    assert rows["QRNN, fused int8"]["share_of_read"] == 0.5
    assert rows["QRNN, 64 texts"]["times_one_at_a_time"] == 64
    assert rows["QRNN, 64 texts"]["products_alone_would"] == 64

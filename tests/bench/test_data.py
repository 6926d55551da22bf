"""The input's bench: every kind of batches, and when the first update of a real training command is done."""

from pathlib import Path

import pytest
import torch

from octavo.bench import data
from tests.bench.conftest import Timed


def test_each_kind_of_batches_is_held_against_the_model(monkeypatch: pytest.MonkeyPatch, timed: Timed) -> None:
    timed(data, lambda name: 0.1 if name == "step" else 0.001)
    monkeypatch.setattr(data, "_first_step", lambda device: 2.5)
    monkeypatch.setattr(data, "_importing_torch", lambda: 1.5)
    rows = {row["what"]: row for row in data.rows(torch.device("cpu"))}
    assert rows["training qrnn-bytes"]["tokens_per_s"] == 32 * 128 * 10
    assert rows["batches of stream"]["times_the_model"] > 1
    assert rows["first step of a prepared corpus"]["seconds"] == 2.5
    assert rows["of these, importing torch"]["seconds"] == 1.5
    assert rows["of these, the step itself"]["seconds"] == 0.1


def test_the_first_step_is_one_that_a_command_has_made(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(data, "FASTEST", "lstm-bytes")
    assert data._until_logged(tmp_path / "run", torch.device("cpu")) > 0
    assert '"step": 1' in (tmp_path / "run" / "metrics.jsonl").read_text()


def test_a_command_that_fails_ends_the_wait(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(data, "FASTEST", "lstm-byte")
    with pytest.raises(RuntimeError, match=r"train lstm-byte .* ended with 2"):
        data._until_logged(tmp_path / "run", torch.device("cpu"))

import pytest
import torch

from octavo.bench import data
from octavo.commands.parser import build_parser
from tests.bench.conftest import Timed


def test_each_kind_of_batches_is_held_against_the_model(monkeypatch: pytest.MonkeyPatch, timed: Timed) -> None:
    def started(command: list[str], **settings: bool) -> None:
        commands.append(command[3:])

    commands: list[list[str]] = []
    timed(data, lambda name: 0.1 if name == "step" else 0.001)
    monkeypatch.setattr(data.subprocess, "run", started)
    rows = {row["what"]: row for row in data.rows(torch.device("cpu"))}
    assert rows["training qrnn-bytes"]["tokens_per_s"] == 32 * 128 * 10
    assert rows["batches of stream"]["times_the_model"] > 1
    assert rows["first step of a prepared corpus"]["seconds"] >= 0
    for command in commands:
        build_parser().parse(command)

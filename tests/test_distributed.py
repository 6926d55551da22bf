"""Two ranks on one CPU do what one does; alone, nothing happens.

Two processes are started once for all tests (eight seconds: each imports torch).
"""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from octavo import distributed
from octavo.interfaces import Mean
from octavo.training import checkpoint
from tests.two_ranks import CONFIGS, IDS_LB, begin, differences, flat, normalised, resume, update

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Checkpoints of step 1 by this process, of steps 2 and 3 by two ranks, and what the ranks saw."""
    folder = tmp_path_factory.mktemp("ranks")
    for kind in CONFIGS:
        training = begin(kind)
        update(training)
        checkpoint.save(folder / kind, 1, flat(training), {})
    port = str(_free_port())
    for process in [_start(rank, port, folder) for rank in (0, 1)]:
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
    return folder


def _start(rank: int, port: str, folder: Path) -> subprocess.Popen[str]:
    """A process with what torchrun would set for it."""
    torchrun = {"RANK": str(rank), "LOCAL_RANK": str(rank), "WORLD_SIZE": "2"}
    environment = os.environ | torchrun | {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, str(ROOT / "tests" / "two_ranks.py"), str(folder)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.fixture(scope="module")
def seen(folder: Path) -> list[dict[str, Any]]:
    return [json.loads((folder / f"rank-{rank}.json").read_text()) for rank in (0, 1)]


def test_both_ranks_get_the_sum_of_totals_and_counts(seen: list[dict[str, Any]]) -> None:
    for rank in seen:
        assert rank["ranks"] == 2
        assert rank["means"] == {"a": [20.0, 2.0], "b": [1.5 + 2.5, 4.0]}
        assert rank["kinds"] == ["Mean"]
        assert rank["largest"] == 1


def test_uneven_columns_come_together_in_order(seen: list[dict[str, Any]]) -> None:
    assert [rank["columns"] for rank in seen] == [3, 2]
    assert all(rank["gathered"] == IDS_LB.tolist() for rank in seen)


def test_batch_normalisation_is_of_all_ranks_texts(seen: list[dict[str, Any]]) -> None:
    y_LBD, grad_LBD, variance_D = normalised()
    for number, rank in enumerate(seen):
        own, own_grad, own_variance = map(torch.tensor, rank["normalised"])
        torch.testing.assert_close(own, y_LBD[:, number::2])
        torch.testing.assert_close(own_grad, grad_LBD[:, number::2])
        torch.testing.assert_close(own_variance, variance_D)


def test_state_passes_between_one_rank_ddp_and_fsdp_bit_for_bit(seen: list[dict[str, Any]]) -> None:
    for rank in seen:
        assert rank["lost"] == {f"{kind} to {wrap}": [] for kind in CONFIGS for wrap in ("wrap", "shard")}


@pytest.mark.parametrize("kind", CONFIGS)
@pytest.mark.parametrize("step", [2, 3])
def test_one_rank_takes_over_from_two_and_has_come_as_far_by_itself(folder: Path, kind: str, step: int) -> None:
    taken, alone = begin(kind), begin(kind)
    saved = checkpoint.folder_of(folder / kind, step)
    resume(saved, taken)
    assert differences(flat(taken), checkpoint.load(saved)[0]) == []
    for _ in range(step):
        update(alone)
    for group, tensors in flat(alone).items():
        torch.testing.assert_close(flat(taken)[group], tensors, rtol=1e-5, atol=1e-6)


def test_without_torchrun_there_is_one_rank(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RANK", "WORLD_SIZE"):
        monkeypatch.delenv(name, raising=False)
    distributed.start("cpu")
    assert not torch.distributed.is_initialized()
    assert (distributed.rank(), distributed.ranks(), distributed.is_first()) == (0, 1, True)
    distributed.barrier()
    distributed.stop()


def test_alone_nothing_is_changed() -> None:
    model, means = nn.Linear(2, 2), {"nats": Mean(1.0, 2)}
    assert distributed.wrap(model) is model
    assert type(distributed.shard(model).weight) is nn.Parameter
    assert distributed.sum_means(means) == means
    assert distributed.gather_columns(IDS_LB) is IDS_LB
    assert torch.equal(distributed.own_columns(IDS_LB), IDS_LB)
    assert distributed.largest(3) == 3


def test_a_rank_without_a_gpu_is_told_how_many_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    for name, value in {"RANK": "2", "WORLD_SIZE": "3", "LOCAL_RANK": "2"}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ValueError, match=r"local rank 2 has no GPU, there are 2: .* --nproc-per-node 2"):
        distributed.start("cuda")

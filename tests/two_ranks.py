"""What each of two ranks does in tests/test_distributed.py: `torchrun --nproc-per-node 2 tests/two_ranks.py FOLDER`."""

import json
import sys
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from octavo import distributed
from octavo.interfaces import Mean
from octavo.layers.batch_norm import BatchNorm
from octavo.training import checkpoint, optimizers
from octavo.training.optimizers import AdamConfig, Optimizer, OptimizerConfig, SGDConfig
from octavo.training.state import flatten_model, flatten_optimizer, restore_model, restore_optimizer

CONFIGS: dict[str, OptimizerConfig] = {"adam": AdamConfig(), "sgd": SGDConfig(momentum=0.9, weight_decay=0.01)}
IDS_LB = torch.tensor([[0, 1, 2, 3, 4], [4, 4, 3, 1, 0]])


class Block(nn.Linear):
    """A layer that is sharded by itself."""

    shard_here = True


class Training(NamedTuple):
    model: nn.Module
    optimizer: Optimizer


def begin(kind: str, wrap: Any = lambda model: model) -> Training:
    """The same weights on every rank, under DDP, FSDP or neither."""
    torch.manual_seed(0)
    model = wrap(nn.Sequential(nn.Embedding(5, 4), Block(4, 4), nn.Tanh(), Block(4, 3), nn.Linear(3, 5)))
    return Training(model, optimizers.build(CONFIGS[kind], model))


def update(training: Training) -> None:
    """One step on this rank's columns of the batch, two of which are three of five."""
    training.optimizer.zero_grad()
    own_LB = distributed.own_columns(IDS_LB)
    training.model(own_LB).logsumexp(-1).sum().backward()
    scale = distributed.ranks() / distributed.total(torch.tensor(float(own_LB.numel())))
    optimizers.set_rate(training.optimizer, 0.1)
    training.optimizer.step(optimizers.clipping(training.model.parameters(), 0.1, scale))


def flat(training: Training) -> dict[str, dict[str, Tensor]]:
    model, optimizer = training
    return {"model": flatten_model(model), "optimizer": flatten_optimizer(optimizer, model)}


def resume(folder: Path, training: Training) -> None:
    tensors, _ = checkpoint.load(folder)
    restore_model(training.model, tensors["model"])
    restore_optimizer(training.optimizer, training.model, tensors["optimizer"])


def differences(actual: dict[str, dict[str, Tensor]], expected: dict[str, dict[str, Tensor]]) -> list[str]:
    """The names of the tensors that are not the same bit for bit."""
    pairs = {f"{group} {name}": tensor for group, named in expected.items() for name, tensor in named.items()}
    found = {f"{group} {name}": tensor for group, named in actual.items() for name, tensor in named.items()}
    return [name for name in pairs.keys() | found.keys() if not _same(pairs.get(name), found.get(name))]


def _same(a: Tensor | None, b: Tensor | None) -> bool:
    return a is not None and b is not None and torch.equal(a, b)


def pass_on(folder: Path, kind: str) -> dict[str, list[str]]:
    """One rank's step 1 → step 2 under DDP → step 3 under FSDP; what each did not take over exactly."""
    lost = {}
    for step, wrap in ((2, distributed.wrap), (3, distributed.shard)):
        training = begin(kind, wrap)
        before = checkpoint.folder_of(folder / kind, step - 1)
        resume(before, training)
        taken = flat(training)
        expected = checkpoint.load(before)[0] if distributed.is_first() else {}  # what others keep is one too many
        lost[f"{kind} to {wrap.__name__}"] = differences(taken, expected)
        update(training)
        tensors = flat(training)
        if distributed.is_first():
            checkpoint.save(folder / kind, step, tensors, {})
        distributed.barrier()
    return lost


def normalised(own: Any = lambda whole: whole) -> tuple[Tensor, Tensor, Tensor]:
    """What batch normalisation makes of uneven columns, the gradient of its input, and its running variance."""
    chance = torch.Generator().manual_seed(0)
    x_LBD, weight_LBD = (own(torch.randn(4, 5, 3, generator=chance)).clone() for _ in range(2))
    valid_LB, norm = own(torch.arange(4)[:, None] < torch.tensor([4, 1, 3, 0, 2])), BatchNorm(3)
    y_LBD = norm(x_LBD.requires_grad_(), valid_LB)
    [grad_LBD] = torch.autograd.grad((y_LBD * weight_LBD).sum(), x_LBD)
    return y_LBD.detach(), grad_LBD, norm.variance_D


def main(folder: Path) -> None:
    distributed.start("cpu")
    own_LB = distributed.own_columns(IDS_LB)
    means = distributed.sum_means({"b": Mean(distributed.rank() + 1.5, 2), "a": Mean(torch.tensor(10.0), 1)})
    seen = {
        "ranks": distributed.ranks(),
        "means": {name: [float(mean.total), float(mean.count)] for name, mean in means.items()},
        "kinds": sorted({type(mean).__name__ for mean in means.values()}),
        "largest": distributed.largest(distributed.rank()),
        "columns": own_LB.shape[1],
        "gathered": distributed.gather_columns(own_LB).tolist(),
        "normalised": [part.tolist() for part in normalised(distributed.own_columns)],
        "lost": pass_on(folder, "adam") | pass_on(folder, "sgd"),
    }
    (folder / f"rank-{distributed.rank()}.json").write_text(json.dumps(seen))
    distributed.stop()


if __name__ == "__main__":
    torch.set_num_threads(1)
    main(Path(sys.argv[1]))

"""Models, optimizers and carries as flat tensors: whole, by plain name, exact."""

import json
from typing import NamedTuple, cast

import pytest
import torch
from torch import nn

from octavo.training import optimizers
from octavo.training.optimizers import AdamConfig, AdamWConfig, MuonConfig, OptimizerConfig, RMSpropConfig, SGDConfig
from octavo.training.state import (
    flatten_model,
    flatten_optimizer,
    flatten_tree,
    restore_model,
    restore_optimizer,
    restore_tree,
)

CONFIGS: list[OptimizerConfig] = [
    SGDConfig(),
    SGDConfig(momentum=0.9, weight_decay=0.1),
    RMSpropConfig(momentum=0.5),
    AdamConfig(),
    AdamWConfig(),
    MuonConfig(),
]
NAMES = [f"{type(config).__name__}-{number}" for number, config in enumerate(CONFIGS)]


class Tied(nn.Module):
    """An embedding that is the head as well, a buffer, and a layer that is used from the second step on."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding, self.head = nn.Embedding(7, 4), nn.Linear(4, 7)
        self.head.weight = self.embedding.weight
        self.inner, self.norm, self.late = nn.Linear(4, 4), nn.BatchNorm1d(4), nn.Linear(4, 4)

    def forward(self, step: int) -> torch.Tensor:
        ids_B = torch.arange(7, device=self.head.bias.device)
        x_BD = self.norm(self.inner(self.embedding(ids_B)))
        return self.head(self.late(x_BD) if step else x_BD).logsumexp(-1).sum()


def made(config: OptimizerConfig, seed: int, device: str = "cpu") -> tuple[Tied, optimizers.Optimizer]:
    torch.manual_seed(seed)
    model = Tied().to(device)
    return model, optimizers.build(config, model)


def update(model: nn.Module, optimizer: optimizers.Optimizer, step: int) -> None:
    optimizers.set_rate(optimizer, 0.05 / (step + 1))
    optimizer.zero_grad()
    model(step).backward()
    optimizer.step(optimizers.clipping(model.parameters(), 0.5, torch.tensor(1 / 7)))


@pytest.mark.parametrize("config", CONFIGS, ids=NAMES)
@pytest.mark.parametrize("stop", [0, 1, 3])
@pytest.mark.parametrize("device", ["cpu", pytest.param("cuda", marks=pytest.mark.cuda)])
def test_a_resumed_training_equals_an_uninterrupted_one_bit_for_bit(
    config: OptimizerConfig, stop: int, device: str
) -> None:
    model, optimizer = made(config, 0, device)
    for step in range(stop):
        update(model, optimizer, step)
    resumed, its_optimizer = made(config, 1, device)
    restore_model(resumed, flatten_model(model))
    restore_optimizer(its_optimizer, resumed, flatten_optimizer(optimizer, model))
    for step in range(stop, 5):
        update(model, optimizer, step)
        update(resumed, its_optimizer, step)
    assert_same(flatten_model(resumed), flatten_model(model))
    assert_same(flatten_optimizer(its_optimizer, resumed), flatten_optimizer(optimizer, model))


def assert_same(actual: dict[str, torch.Tensor], expected: dict[str, torch.Tensor]) -> None:
    assert actual.keys() == expected.keys()
    assert [name for name in expected if not torch.equal(actual[name], expected[name])] == []


def test_tied_weights_are_there_once_and_stay_tied() -> None:
    model, _ = made(SGDConfig(), seed=0)
    tensors = flatten_model(model)
    assert "embedding.weight" in tensors
    assert "head.weight" not in tensors
    other, _ = made(SGDConfig(), seed=1)
    restore_model(other, tensors)
    assert other.head.weight is other.embedding.weight
    assert torch.equal(other.head.weight, model.head.weight)


def test_the_order_of_parameters_does_not_matter() -> None:
    torch.manual_seed(0)
    layers = {"a": nn.Linear(2, 2), "b": nn.Linear(2, 2)}
    forwards, backwards = nn.ModuleDict(layers), nn.ModuleDict(dict(reversed(layers.items())))
    optimizer = optimizers.build(AdamConfig(), forwards)
    (layers["b"](torch.ones(2)) + 2 * layers["a"](torch.ones(2))).sum().backward()
    optimizer.step()
    reordered = optimizers.build(AdamConfig(), backwards)
    restore_optimizer(reordered, backwards, flatten_optimizer(optimizer, forwards))
    for weight in forwards.parameters():
        assert torch.equal(reordered.parts[0].state[weight]["exp_avg"], optimizer.parts[0].state[weight]["exp_avg"])


def test_what_torch_compile_puts_before_names_is_not_stored() -> None:
    plain = nn.Sequential(nn.Linear(2, 2))
    compiled = cast(nn.Module, torch.compile(plain, backend="eager"))
    assert flatten_model(compiled).keys() == flatten_model(plain).keys()


def test_a_checkpoint_of_another_model_is_refused_by_the_names() -> None:
    small, large = nn.Sequential(nn.Linear(2, 2)), nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    with pytest.raises(RuntimeError, match=r"another model: it lacks 1\.weight, 1\.bias"):
        restore_model(large, flatten_model(small))
    with pytest.raises(RuntimeError, match=r"has besides 1\.bias, 1\.weight"):
        restore_model(small, flatten_model(large))
    with pytest.raises(RuntimeError, match=r"0\.weight is \[2, 2\] in the checkpoint, \[2, 3\] in the model"):
        restore_model(nn.Sequential(nn.Linear(3, 2)), flatten_model(small))


def test_state_of_unknown_parameters_is_refused() -> None:
    model = nn.Linear(2, 2)
    with pytest.raises(ValueError, match="another optimizer: it has besides other"):
        restore_optimizer(optimizers.build(AdamConfig(), model), model, {"other/step": torch.zeros(())})


class Pair(NamedTuple):
    hidden: torch.Tensor
    cell: torch.Tensor | None


def test_a_tree_comes_back_through_json() -> None:
    tree = (Pair(torch.randn(2, 3), None), (5, -0.5, "x", True), torch.arange(4))
    tensors, description = flatten_tree(tree)
    pair, plain, ids = restore_tree(tensors, json.loads(json.dumps(description)))
    assert torch.equal(pair.hidden, tree[0].hidden)
    assert pair.cell is None
    assert pair._fields == Pair._fields
    assert plain == tree[1]
    assert torch.equal(ids, tree[2])


@pytest.mark.parametrize("tree", [None, (), ((),)])
def test_an_empty_tree_comes_back(tree: object) -> None:
    assert restore_tree(*flatten_tree(tree)) == tree


def test_a_tree_of_anything_else_is_refused() -> None:
    with pytest.raises(ValueError, match="a state holds a list"):
        flatten_tree(([torch.ones(1)],))

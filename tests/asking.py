"""What the contracts are asked with. Shapes: L length, B batch."""

from typing import Any, TypeVar

import torch
from torch import Tensor, nn

from octavo.interfaces import Batch, Mean, Progress, State, TextModel, map_state

M = TypeVar("M", bound=nn.Module)


def exactly(module: M) -> M:
    """Without dropout, and in double precision, where rounding is no excuse."""
    return module.double().eval()


def varied(x: Tensor) -> Tensor:
    """A sum in which each element has another weight, so that nothing cancels."""
    return (x * torch.linspace(-1, 2, x.numel()).view_as(x)).sum()


def without_gradient(module: nn.Module) -> list[str]:
    return [name for name, weight in module.named_parameters() if weight.grad is None or not weight.grad.any()]


def gradients(model: TextModel, batch: Batch) -> tuple[Tensor, ...]:
    """Zeros for what only training uses."""
    total = model(batch, Progress()).objective.total
    return torch.autograd.grad(total, list(model.parameters()), allow_unused=True, materialize_grads=True)


@torch.no_grad()
def measured(model: TextModel, batch: Batch, carry: State = None) -> dict[str, Mean]:
    """The objective and the metrics, as plain numbers."""
    loss = model(batch, Progress(), carry)
    means = {"objective": loss.objective, **loss.metrics}
    return {name: Mean(float(mean.total), float(mean.count)) for name, mean in means.items()}


@torch.no_grad()
def scored(model: Any, batch: Batch, carry: State = None) -> tuple[Tensor, State]:
    return model.score(batch, carry)


def tensors_of(state: State) -> list[Tensor]:
    found: list[Tensor] = []
    map_state(lambda tensor: found.append(tensor) or tensor, state)
    return found


def assert_same(got: Any, wanted: Any) -> None:
    torch.testing.assert_close(got, wanted, rtol=1e-6, atol=1e-7, check_dtype=False)


def assert_same_state(got: State, wanted: State) -> None:
    for one, other in zip(tensors_of(got), tensors_of(wanted), strict=True):
        assert_same(one, other)


def assert_same_loss(got: dict[str, Mean], wanted: dict[str, Mean]) -> None:
    assert got.keys() == wanted.keys()
    for name, mean in wanted.items():
        assert_same(torch.tensor(got[name]), torch.tensor(mean))

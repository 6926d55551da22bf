"""How a model learns from a text while it is measured on it: the updates of Krause et al. (2018), section 3."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import torch
from pydantic import PositiveFloat, PositiveInt
from torch import Tensor, nn

from octavo.config import config
from octavo.schedules import Amount


@config
class DynamicConfig:
    """A step after every `segment` tokens. `rms` divides each weight's step by the size of its training gradients.

    These are the root mean squares over `batches` segments of the training text. `decay` pulls the weights back to
    what training made them.
    """

    rule: Literal["sgd", "rms"] = "rms"
    rate: float = 1e-4
    decay: Amount = 0.0
    segment: PositiveInt = 64
    batches: PositiveInt = 100
    epsilon: PositiveFloat = 1e-5

    def __post_init__(self) -> None:
        for name, holds, wanted in (("rate", self.rate > 0, "above 0"), ("decay", 0 <= self.decay <= 1, "from 0 to 1")):
            if not holds:
                raise ValueError(f"{name} {getattr(self, name)}: a number {wanted} is wanted")


class Dynamics:
    """w ← w - η g / (r + ε) + λ (w₀ - w) r / mean(r), with r = 1 and no ε under `sgd`.

    r is `sizes`, the root mean square of each weight's training gradient, and w₀ what training ended on. Of
    λ r / mean(r) no more than 1 is taken (Krause et al. 2018, eq. 8-10).
    """

    def __init__(self, model: nn.Module, config: DynamicConfig, sizes: list[Tensor] | None = None) -> None:
        self.weights, self.config = learning(model), config
        self.trained = [weight.detach().clone() for weight in self.weights]
        self.steps, self.pulls = _shares(self.weights, config, sizes)

    def learn(self, nats: Tensor) -> None:
        """One step down the gradient of these nats."""
        gradients = gradients_of(nats, self.weights)
        with torch.no_grad():
            for weight, trained, gradient, step, pull in zip(
                self.weights, self.trained, gradients, self.steps, self.pulls, strict=True
            ):
                weight += pull * (trained - weight) - step * gradient


def learning(model: nn.Module) -> list[nn.Parameter]:
    """The weights that a model's training moves."""
    return [weight for weight in model.parameters() if weight.requires_grad]


def gradients_of(nats: Tensor, weights: list[nn.Parameter]) -> list[Tensor]:
    """A gradient for every weight; of those that had no part in it, zero."""
    found = torch.autograd.grad(nats, weights, allow_unused=True)
    return [
        torch.zeros_like(weight) if gradient is None else gradient
        for weight, gradient in zip(weights, found, strict=True)
    ]


class GradientSizes:
    """The root mean square of every weight's gradient over some segments, of which `learn` takes the mean nats."""

    def __init__(self, model: nn.Module) -> None:
        self.weights, self.segments = learning(model), 0
        self.squares = [torch.zeros_like(weight) for weight in self.weights]

    def learn(self, nats: Tensor) -> None:
        gradients = gradients_of(nats, self.weights)
        torch._foreach_addcmul_(self.squares, gradients, gradients)
        self.segments += 1

    def sizes(self) -> list[Tensor]:
        return [(square / max(self.segments, 1)).sqrt() for square in self.squares]


@contextmanager
def restored(model: nn.Module) -> Iterator[None]:
    """Whatever happens inside, the weights are afterwards what they were before."""
    before = [(weight, weight.detach().clone()) for weight in model.parameters()]
    try:
        yield
    finally:
        with torch.no_grad():
            for weight, value in before:
                weight.copy_(value)


def _shares(
    weights: list[nn.Parameter], config: DynamicConfig, sizes: list[Tensor] | None
) -> tuple[list[Tensor], list[Tensor]]:
    """For every weight, what its gradient and its distance to what was trained are multiplied by."""
    if config.rule == "sgd":
        one = torch.ones((), device=weights[0].device)
        return [config.rate * one] * len(weights), [config.decay * one] * len(weights)
    assert sizes is not None
    mean = sum(size.sum() for size in sizes) / sum(size.numel() for size in sizes)
    steps = [config.rate / (size + config.epsilon) for size in sizes]
    return steps, [(config.decay * size / mean).clamp(max=1.0) for size in sizes]

"""A whole training step: as a recipe has it, and by PyTorch's own means."""

from collections.abc import Callable, Iterable

import torch
from torch import Tensor, nn

from octavo.interfaces import Batch, Progress, TextModel
from octavo.training.optimizers import build, clipping, set_rate
from octavo.training.precision import Resolved, autocast
from octavo.training.trainer import TrainingConfig

Step = Callable[[Batch], None]


def step_of(model: TextModel, training: TrainingConfig, precision: Resolved, rate: float) -> Step:
    """Forward, backward, clipping and the recipe's optimizer."""
    optimizer = build(training.optimizer, model)
    set_rate(optimizer, rate)

    def step(batch: Batch) -> None:
        with autocast(batch.tokens_LB.device, precision):
            objective = model(batch, Progress()).objective
        objective.total.backward()
        optimizer.step(clipping(model.parameters(), training.clip, 1 / torch.as_tensor(objective.count)))
        optimizer.zero_grad()

    return step


def stock_step_of(
    loss: Callable[[Batch], Tensor], optimizer: torch.optim.Optimizer, limit: float | None, precision: Resolved
) -> Step:
    """The same of a model that returns its mean loss, with an optimizer of torch's."""

    def step(batch: Batch) -> None:
        with autocast(batch.tokens_LB.device, precision):
            nats = loss(batch)
        nats.backward()
        stock_update(optimizer, limit)
        optimizer.zero_grad()

    return step


def stock_update(optimizer: torch.optim.Optimizer, limit: float | None) -> None:
    """Gradients clipped, then the step."""
    if limit is not None:
        nn.utils.clip_grad_norm_(_weights(optimizer), limit)
    optimizer.step()


def _weights(optimizer: torch.optim.Optimizer) -> Iterable[Tensor]:
    return (weight for group in optimizer.param_groups for weight in group["params"])

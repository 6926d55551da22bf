"""From a writer's states to nats, and from nats to the mean that a training minimises. Shapes: L length, B batch."""

from collections.abc import Callable
from functools import partial
from typing import Literal

import torch
from pydantic import PositiveInt
from torch import Tensor, nn

from octavo.interfaces import Batch, Loss, Mean, State
from octavo.layers.output import Output
from octavo.ops.losses import linear_cross_entropy, sampled_cross_entropy

# What the objective is a mean over: tokens, or texts (rows of a stream), whose tokens are then summed. Published
# recipes for PTB sum over the window: a mean over tokens would put their rate, clipping and L2 off by its length.
# A number is of tokens: nats are then summed over stretches of so many. "mean" is of texts too, but of each text's
# own mean over its tokens, so that a long text counts as much as a short one (Zhang & LeCun 2018: a text a step).
# "last" is of texts of which one position alone counts (Al-Rfou et al. 2019, without multiple positions): the last one
# whose targets, `further` of them after its next token, the text still holds.
Unit = Literal["token", "text", "mean", "last"] | PositiveInt


def text_nats(
    head: nn.Linear,
    states_LBD: Tensor,
    batch: Batch,
    unit: Unit = "token",
    weight_B: Tensor | None = None,
    further: int = 0,
) -> tuple[Tensor, Tensor]:
    """The total, for the gradient, of what tokens count in this unit, and each token's nats_LB, zero where none is."""
    target_N, share_N = batch.tokens_LB.flatten(), shares(batch, unit, weight_B, further).flatten()
    total, nats_N = _cross_entropy(head)(states_LBD.flatten(0, 1), head.weight, head.bias, target_N, share_N)
    return total, nats_N.view_as(batch.tokens_LB) * batch.valid_LB


def _cross_entropy(head: nn.Linear) -> Callable[..., tuple[Tensor, Tensor]]:
    if isinstance(head, Output) and head.draws is not None:
        return partial(sampled_cross_entropy, draws=head.draws)
    return linear_cross_entropy


def shares(batch: Batch, unit: Unit, weight_B: Tensor | None = None, further: int = 0) -> Tensor:
    """shares_LB: what the nats of each position's next token count in the objective's total."""
    valid_LB = batch.valid_LB.float() if weight_B is None else batch.valid_LB * weight_B
    if unit == "last":
        places_L1 = torch.arange(len(valid_LB), device=valid_LB.device).unsqueeze(1)
        return valid_LB * (places_L1 == (batch.lengths_B - 1 - further).clamp(min=0))
    return valid_LB / batch.lengths_B.clamp(min=1) if unit == "mean" else valid_LB


def objective(total: Tensor, nats_LB: Tensor, batch: Batch, unit: Unit, carry: State = None) -> Loss:
    """The mean of what counts in the unit chosen, and the nats themselves to report."""
    tokens = batch.lengths_B.sum()
    count = len(batch.lengths_B) if unit in ("text", "mean", "last") else tokens if unit == "token" else tokens / unit
    return Loss(Mean(total, count), {"nats": Mean(nats_LB.sum(), tokens)}, carry)

"""From a writer's states to nats, and from nats to the mean that a training minimises. Shapes: L length, B batch."""

from typing import Literal

from pydantic import PositiveInt
from torch import Tensor, nn

from octavo.interfaces import Batch, Loss, Mean, State
from octavo.ops.losses import linear_cross_entropy

# What the objective is a mean over: tokens, or texts (rows of a stream), whose tokens are then summed. Published
# recipes for PTB sum over the window: a mean over tokens would put their rate, clipping and L2 off by its length.
# A number is of tokens: nats are then summed over stretches of so many.
Unit = Literal["token", "text"] | PositiveInt


def text_nats(head: nn.Linear, states_LBD: Tensor, batch: Batch) -> tuple[Tensor, Tensor]:
    """The batch's total nats, for the gradient, and each token's nats_LB, zero where no token is."""
    valid_N = batch.valid_LB.flatten().float()
    total, nats_N = linear_cross_entropy(
        states_LBD.flatten(0, 1), head.weight, head.bias, batch.tokens_LB.flatten(), valid_N
    )
    return total, (nats_N * valid_N).view_as(batch.tokens_LB)


def objective(nats: Tensor, batch: Batch, unit: Unit, carry: State = None) -> Loss:
    """The mean of the nats in the unit chosen, and the nats themselves to report."""
    tokens = batch.lengths_B.sum()
    count = len(batch.lengths_B) if unit == "text" else tokens if unit == "token" else tokens / unit
    return Loss(Mean(nats, count), {"nats": Mean(nats.detach(), tokens)}, carry)

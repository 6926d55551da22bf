"""What texts cost, written from their conditions: one token after another, or all positions at once.

Shapes: L length, B batch, V vocabulary; l and b where they are of one level alone.
"""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from octavo.interfaces import Batch, Condition, Mean, OneShot, Writer
from octavo.layers.levels import rows_by_level
from octavo.models.objective import Unit, shares, text_nats


class Cost(NamedTuple):
    """The total for the gradient, each token's nats_LB, what else there is to report, and the writer's inner states."""

    total: Tensor
    nats_LB: Tensor
    metrics: dict[str, Mean]
    inner: tuple[Tensor, ...] = ()


def cost(
    writer: Writer | OneShot, condition: Condition, batch: Batch, unit: Unit = "token", weight_B: Tensor | None = None
) -> Cost:
    """−log p(x | c) of each text, each token weighing in the total what it does in the unit, and its text."""
    if isinstance(writer, OneShot):
        return _at_once(writer, condition, batch, unit, weight_B)
    state = writer.begin(condition, len(batch.lengths_B))
    written = writer(batch.inputs_LB, state)
    return Cost(*text_nats(writer.head, written.states_LBD, batch, unit, weight_B), {}, written.inner)


def decoded(writer: OneShot, condition_BD: Tensor, batch: Batch) -> Tensor:
    """Logits_LBV for every position of the batch, each text written at its own level."""
    levels = rows_by_level([writer.level(tokens) for tokens in batch.lengths_B.tolist()])
    parts = [_of_length(writer.decode(condition_BD[rows], level), batch) for level, rows in levels.items()]
    if len(parts) == 1:
        return parts[0]
    order_B = torch.tensor([row for rows in levels.values() for row in rows], device=condition_BD.device).argsort()
    return torch.cat(parts, dim=1)[:, order_B]


def _at_once(writer: OneShot, condition_BD: Tensor, batch: Batch, unit: Unit, weight_B: Tensor | None) -> Cost:
    """The likeliest byte is wrong or right without any being fed back: the share of wrong ones is "error"."""
    logits_LBV = decoded(writer, condition_BD, batch).float()
    nats_N = F.cross_entropy(logits_LBV.flatten(0, 1), batch.tokens_LB.flatten(), reduction="none")
    nats_LB = nats_N.view_as(batch.tokens_LB) * batch.valid_LB
    wrong = ((logits_LBV.argmax(-1) != batch.tokens_LB) & batch.valid_LB).sum()
    error = {"error": Mean(wrong, batch.lengths_B.sum())}
    return Cost((nats_LB * shares(batch, unit, weight_B)).sum(), nats_LB.detach(), error)


def _of_length(logits_lbV: Tensor, batch: Batch) -> Tensor:
    """Cut, or filled up with zeros, to the length of the batch."""
    missing = max(0, len(batch.tokens_LB) - len(logits_lbV))
    return F.pad(logits_lbV[: len(batch.tokens_LB)], (0, 0, 0, 0, 0, missing))

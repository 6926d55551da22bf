"""Predictions that help training alone: from inner activations, and of tokens further ahead (Al-Rfou et al. 2019).

Shapes: L length, B batch, D features, V vocabulary.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import torch
from pydantic import PositiveInt
from torch import Tensor, nn

from octavo.config import config
from octavo.interfaces import Alphabet, Batch, Progress, Writer, Written
from octavo.ops.losses import linear_cross_entropy
from octavo.schedules import Amount, Constant, Drop, Ramp, Schedule


class Prediction(NamedTuple):
    """From which activation (the last being what the head reads), how many tokens ahead, and how much it counts."""

    layer: int
    ahead: int
    weight: Schedule


@config
class AuxiliaryConfig:
    """`layers` has every inner layer predict, layer l of n until l/2n of training, dropped hard or fading to there.

    Every layer that predicts does so of the next `targets` tokens, all but the first weighted by `further`.
    """

    layers: Literal["drop", "fade"] | None = None
    targets: PositiveInt = 1
    further: Amount = 0.5

    def predictions(self, inner: int) -> list[Prediction]:
        """Those of a writer with so many inner activations, its own prediction of the next token not among them."""
        depth = inner + 1
        weighing = range(depth) if self.layers else range(inner, depth)
        found = [
            Prediction(layer, ahead, self._weight(layer + 1, depth, 1.0 if ahead == 1 else self.further))
            for layer in weighing
            for ahead in range(1, self.targets + 1)
        ]
        return [one for one in found if (one.layer, one.ahead) != (inner, 1)]

    def _weight(self, layer: int, depth: int, value: float) -> Schedule:
        if layer == depth:
            return Constant(value=value)
        until = layer / (2 * depth)
        if self.layers == "fade":
            return Ramp(start=value, end=0.0, until=until, unit="share")
        return Drop(value=value, at=until)


class AuxiliaryHead(nn.Module):
    """A classifier of its own for one prediction."""

    def __init__(self, prediction: Prediction, width: int, size: int) -> None:
        super().__init__()
        self.layer, self.ahead, self.weight = prediction
        self.head = nn.Linear(width, size)

    @property
    def learns(self) -> bool:
        return self.head.weight.requires_grad

    def nats(self, states_LBD: Tensor, batch: Batch, shares_LB: Tensor) -> Tensor:
        """Σ share_t · −log p(x_{t+ahead-1} | states_t), of tokens that the batch holds, if any."""
        later = self.ahead - 1
        if later >= len(states_LBD):
            return states_LBD.new_zeros(())
        places = slice(len(states_LBD) - later)
        total, _ = linear_cross_entropy(
            states_LBD[places].flatten(0, 1),
            self.head.weight,
            self.head.bias,
            batch.tokens_LB[later:].flatten(),
            (shares_LB[places] * batch.valid_LB[later:]).flatten(),
        )
        return total


class Auxiliary(nn.Module):
    """Σ_i w_i(progress) · nats of head i: what weighs nothing is not computed, and once it is over not trained."""

    def __init__(self, predictions: Sequence[Prediction], writer: Writer, alphabet: Alphabet) -> None:
        super().__init__()
        widths = (*writer.inner_widths, writer.head.in_features)
        self.heads = nn.ModuleList(AuxiliaryHead(one, widths[one.layer], alphabet.size) for one in predictions)

    def forward(self, written: Written, batch: Batch, shares_LB: Tensor, progress: Progress) -> Tensor:
        """The total in which position t counts shares_t, whatever is predicted from it."""
        activations = (*written.inner, written.states_LBD)
        total = torch.zeros((), device=shares_LB.device)
        for head in self._at_work(progress):
            total = total + head.weight(progress) * head.nats(activations[head.layer], batch, shares_LB)
        return total

    def settle(self, progress: Progress) -> bool:
        """Only the heads at work learn; whether that is a change."""
        at_work = self._at_work(progress)
        changing = [head for head in self.heads if head.learns != (head in at_work)]
        for head in changing:
            head.requires_grad_(head in at_work)
        return bool(changing)

    def _at_work(self, progress: Progress) -> list[AuxiliaryHead]:
        return [head for head in self.heads if head.weight(progress) > 0]  # type: ignore[misc, operator]

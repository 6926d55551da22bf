"""Dynamic evaluation: a model that learns from a text while it is measured on it (Krause et al. 2018).

S tokens scored at a piece's end, B texts side by side, V vocabulary.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from octavo.evaluation.contexts import Expect
from octavo.interfaces import Batch, State

Learn = Callable[[Tensor], None]  # from the mean nats of what has just been scored


class Piece(NamedTuple):
    """A stretch of a text, of which the last `fresh` tokens are scored; those before them were scored already."""

    batch: Batch
    fresh: int


def while_learning(expect: Expect, pieces: Iterable[Piece], learn: Learn, device: torch.device) -> Iterator[Tensor]:
    """Each piece's nats_SB, from what was learned of the pieces before it alone; only then is it learned from."""
    carry: State = None
    for batch, fresh in pieces:
        batch = batch.map(lambda tensor: tensor.to(device))
        logits_SBV, carry = expect(batch, fresh, carry if batch.continues else None)
        truth_SB = batch.tokens_LB[-fresh:]
        nats_N = F.cross_entropy(logits_SBV.flatten(0, 1), truth_SB.flatten(), reduction="none")
        yield nats_N.detach().view_as(truth_SB)
        learn(nats_N.mean())


@torch.no_grad()
def as_it_is(expect: Expect, pieces: Iterable[Piece], device: torch.device) -> Iterator[Tensor]:
    """The same nats from a model that learns nothing."""
    yield from while_learning(expect, pieces, lambda nats: None, device)

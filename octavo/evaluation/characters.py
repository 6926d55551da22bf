"""What a model thinks at each token of a text: entropy, loss, rank. Shapes: L length, V vocabulary."""

import math
from typing import NamedTuple

from torch import Tensor


class Thought(NamedTuple):
    """At one token: the entropy of what was expected and the cost of what came, in bits, and its rank from 1."""

    token: str
    entropy: float
    loss: float
    rank: int


def thoughts(logits_LV: Tensor, tokens_L: Tensor, spoken: list[str]) -> list[Thought]:
    """One for each token; ties are ranked in the token's favour."""
    log_LV = logits_LV.float().log_softmax(-1) / math.log(2)
    entropy_L = -(log_LV.exp2() * log_LV).nan_to_num().sum(-1)
    truth_L1 = log_LV.gather(1, tokens_L[:, None])
    rank_L = (log_LV > truth_L1).sum(-1) + 1
    rows = zip(spoken, entropy_L.tolist(), (-truth_L1[:, 0]).tolist(), rank_L.tolist(), strict=True)
    return [Thought(*row) for row in rows]

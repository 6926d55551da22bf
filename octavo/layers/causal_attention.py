"""Attention of a text to its own past, keys and values of what has been read being its state.

Shapes: L length, S positions kept, B batch, D features, H heads, E = D / H features of a head.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor, nn

from octavo.layers.positions import Place
from octavo.ops.attention import attend

# What becomes of queries_LBHE and keys_LBHE that stand at this place of the text, before they meet.
Prepare = Callable[[Tensor, Tensor, Place], tuple[Tensor, Tensor]]


class Cache(NamedTuple):
    """Keys and values of the newest positions, one fewer than the context: a new one needs no more."""

    keys_SBD: Tensor
    values_SBD: Tensor


class CausalAttention(nn.Module):
    """W_o [attention of each head's W_q x, W_k x, W_v x], without biases; dropout is on the attention weights.

    `prepare`, where there is one, makes of queries and keys what meets: normalised, say, and turned by their places.
    """

    def __init__(
        self, width: int, heads: int, context: int, dropout: float = 0.0, prepare: Prepare | None = None
    ) -> None:
        super().__init__()
        if width % heads:
            raise ValueError(f"heads {heads}: they must divide the width, {width}")
        self.width, self.heads, self.context, self.dropout = width, heads, context, dropout
        self.enter = nn.Linear(width, 3 * width, bias=False)
        self.leave = nn.Linear(width, width, bias=False)
        self.prepare = prepare

    def begin(self, batch: int) -> Cache:
        """Nothing has been read."""
        empty_0BD = self.enter.weight.new_zeros(0, batch, self.width)
        return Cache(empty_0BD, empty_0BD)

    def forward(self, x_LBD: Tensor, cache: Cache, place: Place) -> tuple[Tensor, Cache]:
        """The attention of positions from `place` on, and the cache after them."""
        q_LBD, k_LBD, v_LBD = self.enter(x_LBD).chunk(3, dim=-1)
        if self.prepare is not None:
            q_LBHE, k_LBHE = self.prepare(self._by_head(q_LBD), self._by_head(k_LBD), place)
            q_LBD, k_LBD = q_LBHE.flatten(2), k_LBHE.flatten(2)
        keys_SBD, values_SBD = _after(cache.keys_SBD, k_LBD), _after(cache.values_SBD, v_LBD)
        q_BHLE, k_BHSE, v_BHSE = (self._by_head(x).permute(1, 2, 0, 3) for x in (q_LBD, keys_SBD, values_SBD))
        y_BHLE = attend(q_BHLE, k_BHSE, v_BHSE, self.context, self.dropout if self.training else 0.0)
        y_LBD = self.leave(y_BHLE.permute(2, 0, 1, 3).flatten(2))
        first = max(len(keys_SBD) - self.context + 1, 0)
        return y_LBD, Cache(keys_SBD[first:], values_SBD[first:])

    def _by_head(self, x_LBD: Tensor) -> Tensor:
        return x_LBD.unflatten(2, (self.heads, -1))


def _after(before_SBD: Tensor, new_LBD: Tensor) -> Tensor:
    return torch.cat([before_SBD.to(new_LBD.dtype), new_LBD]) if len(before_SBD) else new_LBD

"""The layers of transformers, as they were published and as they are built today.

Shapes: L length, B batch, D features.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from octavo.layers.causal_attention import Cache, CausalAttention
from octavo.layers.positions import Place

# A norm over so many features.
Norm = Callable[[int], nn.Module]


class NormedAfter(nn.Module):
    """x ← x + p;  x ← norm(x + attention(x));  x ← norm(x + feed(x)), p being the layer's own `positions`, if any.

    Al-Rfou et al. 2019 draw no norm; after each sub-layer is where Vaswani et al. 2017 have it.
    """

    shard_here = compile_here = True

    def __init__(self, attention: CausalAttention, feed: nn.Module, positions: nn.Module | None, norm: Norm) -> None:
        super().__init__()
        self.positions, self.attention, self.feed = positions, attention, feed
        self.attention_norm, self.feed_norm = norm(attention.width), norm(attention.width)

    def forward(self, x_LBD: Tensor, cache: Cache, place: Place) -> tuple[Tensor, Cache]:
        if self.positions is not None:
            x_LBD = self.positions(x_LBD, place)
        y_LBD, cache = self.attention(x_LBD, cache, place)
        x_LBD = self.attention_norm(x_LBD + y_LBD)
        return self.feed_norm(x_LBD + self.feed(x_LBD)), cache


class NormedBefore(nn.Module):
    """x ← x + p;  x ← x + attention(norm(x));  x ← x + feed(norm(x)).

    What the sub-layers add is made small at first, by the root of how many add to the same x.
    """

    shard_here = compile_here = True

    def __init__(
        self, attention: CausalAttention, feed: nn.Module, positions: nn.Module | None, norm: Norm, layers: int
    ) -> None:
        super().__init__()
        self.positions, self.attention, self.feed = positions, attention, feed
        self.attention_norm, self.feed_norm = norm(attention.width), norm(attention.width)
        with torch.no_grad():
            for part in (attention, feed):
                part.leave.weight.div_((2 * layers) ** 0.5)  # type: ignore[union-attr, operator]

    def forward(self, x_LBD: Tensor, cache: Cache, place: Place) -> tuple[Tensor, Cache]:
        if self.positions is not None:
            x_LBD = self.positions(x_LBD, place)
        y_LBD, cache = self.attention(self.attention_norm(x_LBD), cache, place)
        x_LBD = x_LBD + y_LBD
        return x_LBD + self.feed(self.feed_norm(x_LBD)), cache

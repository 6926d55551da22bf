"""Padding read once for all texts of a level: far enough beyond a text, each position is what padding alone makes it.

Shapes: L length, M positions, B batch, D features.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor


class Begun(NamedTuple):
    """Texts up to where nothing of them is felt any more, and a text of nothing but padding, which is whole.

    M × B (× D) and L × 1 (× D).
    """

    texts_MB: Tensor
    padding_L1: Tensor

    def filled(self, length: int) -> Tensor:
        """The texts' first so many positions, at most all of them."""
        rest_R1 = self.padding_L1[len(self.texts_MB) : length]
        return torch.cat([self.texts_MB[:length], rest_R1.expand(-1, self.texts_MB.shape[1], *rest_R1.shape[2:])])

    def through(self, layers: Callable[[Tensor], Tensor], reach: int, by: int = 1) -> "Begun":
        """After layers that look `reach` positions to either side, and then make of each `by` positions one.

        The texts are felt `reach` positions farther on. As many more are read beyond those and dropped, for they would
        miss what comes after them.
        """
        felt, length = len(self.texts_MB) + reach, len(self.padding_L1)
        read = felt + reach
        read = min(read + -read % by, length)
        made_MB = layers(self.filled(read))
        right = length if read == length else read - reach
        return Begun(made_MB[: right // by], layers(self.padding_L1))

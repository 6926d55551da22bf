"""Convolutions of width 3 that halve a text's length, and the transposed ones that double it, zeros outside.

Shapes: L length, H = ⌈L / 2⌉, B batch, D input features, G output features.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from octavo.ops.shifted_products import shifted_products


def halvings(length: int, layers: int) -> list[int]:
    """A length, and what each of so many layers of stride 2 leaves of it.

    >>> halvings(160, 5), halvings(7, 3)
    ([160, 80, 40, 20, 10, 5], [7, 4, 2, 1])
    """
    lengths = [length]
    for _ in range(layers):
        lengths.append(-(-lengths[-1] // 2))
    return lengths


class Halving(nn.Module):
    """y_j = W_0 x_{2j-1} + W_1 x_{2j} + W_2 x_{2j+1}, as products with the even and the odd positions.

    There is no bias: a normalisation follows, which has its own.
    """

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.weight_3DG = _weight(inputs, outputs)

    def forward(self, x_LBD: Tensor) -> Tensor:
        even_HBD, odd_HBD = x_LBD[0::2], x_LBD[1::2]
        odd_HBD = F.pad(odd_HBD, (0, 0, 0, 0, 0, len(even_HBD) - len(odd_HBD)))
        return even_HBD @ self.weight_3DG[1] + shifted_products(odd_HBD, self.weight_3DG[[0, 2]], left=1)


class Doubling(nn.Module):
    """x_{2j} = W_1 y_j,  x_{2j+1} = W_2 y_j + W_0 y_{j+1}: Halving's transpose, onto either length that it halves."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.weight_3DG = _weight(inputs, outputs)

    def forward(self, y_HBD: Tensor, length: int) -> Tensor:
        assert -(-length // 2) == len(y_HBD), "one of the two lengths that are halved to this one"
        even_HBG = y_HBD @ self.weight_3DG[1]
        odd_HBG = shifted_products(y_HBD, self.weight_3DG[[2, 0]], left=0)
        return torch.stack([even_HBG, odd_HBG], dim=1).flatten(0, 1)[:length]


def _weight(inputs: int, outputs: int) -> nn.Parameter:
    bound = (3 * inputs) ** -0.5
    return nn.Parameter(torch.empty(3, inputs, outputs).uniform_(-bound, bound))

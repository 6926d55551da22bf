"""A length halved: pooling by two. Of equal features the first is the largest: ties are common after a ReLU.

Shapes: L length, H = L / 2, B batch, D features.
"""

from collections.abc import Callable
from typing import Literal

import torch
from torch import Tensor

Pool = Literal["max", "average", "l2"]

TINY = 1e-8  # under the root of L2 pooling, whose slope at zero is otherwise infinite


def pool_max(x_LBD: Tensor) -> Tensor:
    """max(x_2t, x_2t+1); the gradient goes to the first of two that are equal, as in nn.MaxPool1d."""
    even_HBD, odd_HBD = x_LBD[::2], x_LBD[1::2]
    return torch.where(even_HBD >= odd_HBD, even_HBD, odd_HBD)


def pool_average(x_LBD: Tensor) -> Tensor:
    """(x_2t + x_2t+1) / 2"""
    return (x_LBD[::2] + x_LBD[1::2]) / 2


def pool_l2(x_LBD: Tensor) -> Tensor:
    """√(x_2t² + x_2t+1² + ε)"""
    return (x_LBD[::2].square() + x_LBD[1::2].square() + TINY).sqrt()


POOLS: dict[Pool, Callable[[Tensor], Tensor]] = {"max": pool_max, "average": pool_average, "l2": pool_l2}


def fold(x_LBG: Tensor) -> Tensor:
    """Features into a length twice as long, half as many: y_2t = x_t[:D], y_2t+1 = x_t[D:].

    >>> fold(torch.arange(8).view(2, 1, 4)).flatten(1).tolist()
    [[0, 1], [2, 3], [4, 5], [6, 7]]
    """
    length, batch, features = x_LBG.shape
    pairs = x_LBG.view(length, batch, 2, features // 2)
    return pairs.transpose(1, 2).reshape(2 * length, batch, features // 2)

"""Lengths that are halved until a few positions are left: which texts are of one level, and how long it is.

Shapes: L length, B batch.
"""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor


def padded_length(length: int, least: int) -> int:
    """The shortest of least, 2 least, 4 least … that holds so many tokens.

    >>> [padded_length(length, 4) for length in (0, 4, 5, 8, 9, 1024, 1025)]
    [4, 4, 8, 8, 16, 1024, 2048]
    """
    return least * 2 ** halvings(length, least)


def halvings(length: int, least: int) -> int:
    """How often a text of so many tokens, padded, is halved until `least` positions are left."""
    return (max(1, -(-length // least)) - 1).bit_length()


def rows_by_level(levels: Sequence[int]) -> dict[int, list[int]]:
    """The rows of each level, the shortest level first.

    >>> rows_by_level([8, 4, 8])
    {4: [1], 8: [0, 2]}
    """
    return {level: [row for row, other in enumerate(levels) if other == level] for level in sorted(set(levels))}


def padded(tokens_LB: Tensor, lengths_B: Tensor, length: int, padding: int) -> Tensor:
    """Texts in exactly so many positions: `padding` stands in all that they leave."""
    tokens_LB = F.pad(tokens_LB[:length], (0, 0, 0, max(0, length - len(tokens_LB))))
    positions_L1 = torch.arange(length, device=tokens_LB.device)[:, None]
    return tokens_LB.masked_fill(positions_L1 >= lengths_B, padding)

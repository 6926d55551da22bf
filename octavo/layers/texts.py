"""What layers need to know of texts of unequal lengths. Shapes: L length, B batch, D features."""

import torch
from torch import Tensor


def reversed_texts(x_LB: Tensor, lengths_B: Tensor) -> Tensor:
    """Each column, of tokens or of features, turned around within its own length; what pads it stays where it is.

    >>> reversed_texts(torch.tensor([[1, 4], [2, 5], [3, 0]]), torch.tensor([3, 2])).T
    tensor([[3, 2, 1],
            [5, 4, 0]])
    """
    positions_L1 = torch.arange(len(x_LB), device=x_LB.device)[:, None]
    places_LB = torch.where(positions_L1 < lengths_B, lengths_B - 1 - positions_L1, positions_L1)
    return x_LB[places_LB, torch.arange(x_LB.shape[1], device=x_LB.device)]


def last_valid(x_LBD: Tensor, lengths_B: Tensor) -> Tensor:
    """Each text's features at its last position; zeros where the text is empty."""
    last_BD = x_LBD[(lengths_B - 1).clamp(min=0), torch.arange(x_LBD.shape[1], device=x_LBD.device)]
    return last_BD * (lengths_B > 0)[:, None]

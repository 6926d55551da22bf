"""Dropout in the forms that recurrent networks take. Shapes: L length, B batch, D features."""

import torch
from torch import Tensor, nn

from octavo.ops.random_masks import dropout


class Dropout(nn.Module):
    """Zero a share of the features, rescaling the rest: afresh at each position, or one mask for a whole text."""

    def __init__(self, share: float, variational: bool = False) -> None:
        super().__init__()
        self.share, self.variational = share, variational

    def forward(self, x_LBD: Tensor) -> Tensor:
        if not self.training or not self.share:
            return x_LBD
        if not self.variational:
            return dropout(x_LBD, self.share)
        kept_BD = torch.empty_like(x_LBD[:1]).bernoulli_(1 - self.share)
        return x_LBD * kept_BD / (1 - self.share)


class WordDropout(nn.Module):
    """Zero a share of whole positions, without rescaling: what stood there is unknown, not louder elsewhere.

    A share of 1 is no noise but a definition, a writer that sees no history, and holds in evaluation too.
    """

    def __init__(self, share: float) -> None:
        super().__init__()
        self.share = share

    def forward(self, x_LBD: Tensor) -> Tensor:
        if self.share == 1:
            return torch.zeros_like(x_LBD)
        if not self.training or not self.share:
            return x_LBD
        return x_LBD * torch.empty_like(x_LBD[..., :1]).bernoulli_(1 - self.share)

"""Batch normalisation of texts of unequal lengths (Ioffe & Szegedy 2015). Shapes: L length, B batch, D features."""

import torch
from torch import Tensor, nn

from octavo import distributed


class BatchNorm(nn.Module):
    """y = γ (x − μ) / √(σ² + ε) + β, with μ and σ² of the valid positions of all ranks' texts; zeros elsewhere.

    In evaluation they are the running ones, so that no text minds its companions. These begin as the plain mean over
    the batches so far, and move by `momentum` once that is the larger step. All is in single precision at least.
    """

    mean_D: Tensor
    variance_D: Tensor
    batches: Tensor

    def __init__(self, width: int, momentum: float = 0.1, epsilon: float = 1e-5) -> None:
        super().__init__()
        self.momentum, self.epsilon = momentum, epsilon
        self.gain_D = nn.Parameter(torch.ones(width))
        self.bias_D = nn.Parameter(torch.zeros(width))
        self.register_buffer("mean_D", torch.zeros(width))
        self.register_buffer("variance_D", torch.ones(width))
        self.register_buffer("batches", torch.zeros((), dtype=torch.int64))

    def forward(self, x_LBD: Tensor, valid_LB: Tensor | None = None, running: bool = False) -> Tensor:
        """Without `valid_LB` every position counts; `running` takes the running statistics in training too."""
        x_LBD = x_LBD.to(torch.promote_types(x_LBD.dtype, torch.float32))
        valid_LB1 = None if valid_LB is None else valid_LB[..., None].to(x_LBD.dtype)
        of_batch = self.training and not running
        mean_D, variance_D = self._of_batch(x_LBD, valid_LB1) if of_batch else self._so_far()
        scale_D = self.gain_D * (variance_D + self.epsilon).rsqrt()
        y_LBD = x_LBD * scale_D + (self.bias_D - mean_D * scale_D)
        return y_LBD if valid_LB1 is None else y_LBD * valid_LB1

    def _of_batch(self, x_LBD: Tensor, valid_LB1: Tensor | None) -> tuple[Tensor, Tensor]:
        """The mean over all ranks' valid positions, then the mean square around it: two sums, each a reduction."""
        own = x_LBD.new_tensor(x_LBD[..., 0].numel()) if valid_LB1 is None else valid_LB1.sum()
        count = distributed.total(own).clamp(min=1)
        mean_D = distributed.total_with_gradient(_sum(x_LBD, valid_LB1)) / count
        variance_D = distributed.total_with_gradient(_sum((x_LBD - mean_D).square(), valid_LB1)) / count
        self._remember(mean_D.detach(), variance_D.detach() * count / (count - 1).clamp(min=1))
        return mean_D, variance_D

    def _so_far(self) -> tuple[Tensor, Tensor]:
        """Copies, which the backward may need once a later batch has moved the statistics."""
        return self.mean_D.clone(), self.variance_D.clone()

    @torch.no_grad()
    def _remember(self, mean_D: Tensor, variance_D: Tensor) -> None:
        self.batches += 1
        step = (1 / self.batches).clamp(min=self.momentum).to(self.mean_D.dtype)
        self.mean_D.lerp_(mean_D.to(self.mean_D.dtype), step)
        self.variance_D.lerp_(variance_D.to(self.variance_D.dtype), step)


def _sum(x_LBD: Tensor, valid_LB1: Tensor | None) -> Tensor:
    return (x_LBD if valid_LB1 is None else x_LBD * valid_LB1).sum((0, 1))

"""A Gaussian for each text: its mean and log-variance from a summary, draws from it, densities at them.

Shapes: B batch, D features, Z latent features, K draws, L length.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from octavo.interfaces import Batch


class Gaussian(NamedTuple):
    """q(z | x) = N(μ, σ²), independent in each dimension."""

    mean_BZ: Tensor
    log_variance_BZ: Tensor

    def at(self, noise_BZ: Tensor) -> Tensor:
        """z = μ + σ ε; with noise_KBZ, K draws for each text."""
        return self.mean_BZ + (0.5 * self.log_variance_BZ).exp() * noise_BZ

    def log_density(self, z_BZ: Tensor) -> Tensor:
        """log q(z), summed over the dimensions; with z_KBZ, log_KB."""
        squares_BZ = (z_BZ - self.mean_BZ).square() * (-self.log_variance_BZ).exp()
        return -0.5 * (squares_BZ + self.log_variance_BZ + math.log(2 * math.pi)).sum(-1)


class Latent(NamedTuple):
    """What is behind a batch's texts: q(z | x), and −log p(x_t | x_<t, z) of a z, nats_LB."""

    gaussian: Gaussian
    given: Callable[[Tensor], Tensor]


def standard_log_density(z_BZ: Tensor) -> Tensor:
    """log N(z; 0, 1), summed over the dimensions."""
    return -0.5 * (z_BZ.square() + math.log(2 * math.pi)).sum(-1)


class GaussianHead(nn.Module):
    """[μ; log σ²] = W f(s) + b, where f is nothing or a layer of `hidden` tanh units; in fp32, whatever autocast does.

    Half precision would round a KL of a few tenths of a nat away.
    """

    def __init__(self, inputs: int, latent: int, hidden: int | None = None) -> None:
        super().__init__()
        self.hidden = nn.Sequential(nn.Linear(inputs, hidden), nn.Tanh()) if hidden else nn.Identity()
        self.output = nn.Linear(hidden or inputs, 2 * latent)

    def forward(self, summary_BD: Tensor) -> Gaussian:
        with torch.autocast(summary_BD.device.type, enabled=False):
            wide_BD = summary_BD.to(torch.promote_types(summary_BD.dtype, torch.float32))
            mean_BZ, log_variance_BZ = self.output(self.hidden(wide_BD)).chunk(2, dim=-1)
        return Gaussian(mean_BZ, log_variance_BZ)


def noise_of(batch: Batch, latent: int, draws: int = 1) -> Tensor:
    """Standard normal noise_KBZ that is a function of each text alone.

    So a text's figures depend on no companion, and are the same in every evaluation; the first draws of many are
    those of few.
    """
    seeds = _numbers_of(batch).tolist()
    noise = [np.random.default_rng(seed).standard_normal((draws, latent), np.float32) for seed in seeds]
    return torch.from_numpy(np.stack(noise, axis=1)).to(batch.tokens_LB.device)


def prior_draws(count: int, latent: int, like: Tensor) -> Tensor:
    """z_BZ from the prior, a row after another, so that the first rows do not depend on how many follow."""
    rows = [torch.randn(latent) for _ in range(count)]
    return torch.stack(rows).to(like.device, like.dtype)


def _numbers_of(batch: Batch) -> Tensor:
    """A number for each text: a polynomial in its tokens, modulo 2⁶³."""
    number_B = torch.zeros_like(batch.lengths_B)
    for token_B, valid_B in zip(batch.tokens_LB, batch.valid_LB, strict=True):
        number_B = torch.where(valid_B, number_B * 6364136223846793005 + token_B + 1442695040888963407, number_B)
    return number_B & 0x7FFFFFFFFFFFFFFF

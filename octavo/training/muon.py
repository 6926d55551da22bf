"""Muon: momentum whose every matrix is made orthogonal before it is stepped along (Jordan 2024).

torch.optim.Muon multiplies in bf16 alone, which a CPU without bf16 products does hundreds of times slower than fp32.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

import torch
from torch import Tensor

from octavo.training.precision import DTYPES, resolve_precision

# A quintic whose slope at zero is as large as can be: singular values end between 0.7 and 1.2, not at 1 (Jordan 2024).
A, B, C = 3.4445, -4.7750, 2.0315
STEPS = 5


class Muon(torch.optim.Optimizer):
    """v ← μv + (1 − μ)g;  w ← (1 − ηλ)w − 0.2 η √max(m, n) orthogonal(v), or of g + μ(v − g) with Nesterov's look.

    So scaled, a step has the size of AdamW's (Liu et al. 2025, eq. 4).
    """

    def __init__(self, groups: Any, momentum: float, nesterov: bool) -> None:
        super().__init__(groups, {"lr": 0.0, "weight_decay": 0.0})
        self.momentum, self.nesterov = momentum, nesterov

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> None:  # type: ignore[override]
        assert closure is None
        for group in self.param_groups:
            for weight in group["params"]:
                if weight.grad is not None:
                    self._step(weight, weight.grad, group["lr"], group["weight_decay"])

    def _step(self, weight: Tensor, gradient: Tensor, rate: float, decay: float) -> None:
        state = self.state[weight]
        if not state:
            state["momentum_buffer"] = torch.zeros_like(weight)
        mean = state["momentum_buffer"].lerp_(gradient, 1 - self.momentum)
        direction = gradient.lerp(mean, self.momentum) if self.nesterov else mean
        size = 0.2 * max(weight.shape) ** 0.5
        weight.mul_(1 - rate * decay).add_(orthogonal(direction).to(weight.dtype), alpha=-rate * size)


def orthogonal(matrix: Tensor) -> Tensor:
    """Nearly U Vᵀ of the matrix's U S Vᵀ, by Newton and Schulz's iteration: products alone."""
    tall = matrix.shape[0] > matrix.shape[1]
    x = (matrix.mT if tall else matrix).to(_product_dtype(matrix.device))
    x = x / x.norm().clamp(min=1e-7)
    for _ in range(STEPS):
        square = x @ x.mT
        x = torch.addmm(x, torch.addmm(square, square, square, beta=B, alpha=C), x, beta=A)
    return x.mT if tall else x


@cache
def _product_dtype(device: torch.device) -> torch.dtype:
    return DTYPES[resolve_precision("auto", device)]

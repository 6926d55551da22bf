"""A convolution over time that sees the past alone, its last inputs handed on. Shapes: as in ops/shifted_products."""

import torch
from torch import Tensor, nn

from octavo.ops.shifted_products import shifted_products


class CausalConvolution(nn.Module):
    """y_t = b + Σ_k x_{t-(K-1-k)d} W_k, for K taps d steps apart, of which the last is the step's own.

    Its state is its last (K - 1) d inputs, P × B × D: a stretch of text with the state of the one before is as the
    whole. Weights and biases start as PyTorch's own convolution's do, uniform in ±1/√(K D).
    """

    def __init__(self, inputs: int, outputs: int, window: int = 3, dilation: int = 1) -> None:
        super().__init__()
        if window < 1 or dilation < 1:
            raise ValueError(f"window {window} and dilation {dilation}: both are at least 1")
        self.dilation, self.span = dilation, (window - 1) * dilation
        bound = (window * inputs) ** -0.5
        self.weight_KDG = nn.Parameter(torch.empty(window, inputs, outputs).uniform_(-bound, bound))
        self.bias_G = nn.Parameter(torch.empty(outputs).uniform_(-bound, bound))

    def begin(self, batch: int) -> Tensor:
        """The state before any text: zeros."""
        return self.weight_KDG.new_zeros(self.span, batch, self.weight_KDG.shape[1])

    def forward(self, x_LBD: Tensor, before_PBD: Tensor) -> tuple[Tensor, Tensor]:
        y_LBG = shifted_products(x_LBD, self.weight_KDG, self.bias_G, before_PBD, self.span, self.dilation)
        length = len(x_LBD)
        after_PBD = torch.cat([before_PBD[length:], x_LBD[max(0, length - self.span) :].to(before_PBD.dtype)])
        return y_LBG, after_PBD

"""A convolution over time as accumulating matrix products over shifted views: nothing is gathered or stored twice.

Shapes: L length, B batch, N = L × B, D input features, G output features, K taps, P the steps that came before.
"""

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor


def shifted_products(
    x_LBD: Tensor,
    weight_KDG: Tensor,
    bias_G: Tensor | None = None,
    before_PBD: Tensor | None = None,
    left: int = 0,
    dilation: int = 1,
) -> Tensor:
    """y_t = b + Σ_k x_{t+kd-left} W_k, zeros standing outside x, or `before` to its left (its last row is x_{-1}).

    One of the taps, which stand `dilation` steps d apart, is the step's own: `left` is a multiple of d.

    >>> x_LBD = torch.arange(1.0, 5.0).view(4, 1, 1)
    >>> shifted_products(x_LBD, torch.tensor([10.0, 1.0]).view(2, 1, 1), left=1).flatten()
    tensor([ 1., 12., 23., 34.])
    """
    device = x_LBD.device.type
    if torch.is_autocast_enabled(device) and x_LBD.dtype != torch.float64:
        low = torch.get_autocast_dtype(device)
        x_LBD, weight_KDG, bias_G = x_LBD.to(low), weight_KDG.to(low), None if bias_G is None else bias_G.to(low)
    x_LBD = x_LBD.contiguous()
    before_PBD = x_LBD[:0] if before_PBD is None else before_PBD.to(x_LBD.dtype).contiguous()
    assert len(before_PBD) in (0, left), "all the steps that the first window reads, or none"
    assert left % dilation == 0, "a tap for the step itself"
    y_NG = _ShiftedProducts.apply(x_LBD, weight_KDG, bias_G, before_PBD, left, dilation)
    return y_NG.view(*x_LBD.shape[:2], -1)


class _ShiftedProducts(torch.autograd.Function):
    """Every product is taken in place into rows of its result, forward and backward."""

    @staticmethod
    def forward(
        ctx: Any,
        x_LBD: Tensor,
        weight_KDG: Tensor,
        bias_G: Tensor | None,
        before_PBD: Tensor,
        left: int,
        dilation: int,
    ) -> Tensor:
        ctx.save_for_backward(x_LBD, weight_KDG, before_PBD)
        ctx.left, ctx.dilation = left, dilation
        central_DG, x_ND = weight_KDG[left // dilation], x_LBD.flatten(0, 1)
        y_NG = x_ND @ central_DG if bias_G is None else torch.addmm(bias_G, x_ND, central_DG)
        y_LBG = y_NG.view(*x_LBD.shape[:2], -1)
        for tap, outputs, source, inputs in _reaches(x_LBD, before_PBD, len(weight_KDG), left, dilation):
            y_LBG[outputs].flatten(0, 1).addmm_(source[inputs].flatten(0, 1), weight_KDG[tap])
        return y_NG

    @staticmethod
    def backward(ctx: Any, grad_NG: Tensor) -> tuple[Tensor | None, ...]:  # pyrefly: ignore
        x_LBD, weight_KDG, before_PBD = ctx.saved_tensors
        grad_LBG = grad_NG.contiguous().view(*x_LBD.shape[:2], -1)
        saved = (x_LBD, weight_KDG, before_PBD, grad_LBG, ctx.left, ctx.dilation)
        needs_x, needs_weight, needs_bias, needs_before, _, _ = ctx.needs_input_grad
        grad_x_LBD, grad_before_PBD = _input_gradients(*saved) if needs_x or needs_before else (None, None)
        grad_weight_KDG = _weight_gradient(*saved) if needs_weight else None
        grad_bias_G = grad_NG.sum(0) if needs_bias else None
        return grad_x_LBD, grad_weight_KDG, grad_bias_G, grad_before_PBD, None, None


def _input_gradients(
    x_LBD: Tensor, weight_KDG: Tensor, before_PBD: Tensor, grad_LBG: Tensor, left: int, dilation: int
) -> tuple[Tensor, Tensor]:
    grad_x_LBD, grad_before_PBD = grad_LBG @ weight_KDG[left // dilation].t(), torch.zeros_like(before_PBD)
    for tap, outputs, source, inputs in _reaches(x_LBD, before_PBD, len(weight_KDG), left, dilation):
        grad_of_source = grad_x_LBD if source is x_LBD else grad_before_PBD
        grad_of_source[inputs].flatten(0, 1).addmm_(grad_LBG[outputs].flatten(0, 1), weight_KDG[tap].t())
    return grad_x_LBD, grad_before_PBD


def _weight_gradient(
    x_LBD: Tensor, weight_KDG: Tensor, before_PBD: Tensor, grad_LBG: Tensor, left: int, dilation: int
) -> Tensor:
    grad_KDG = torch.zeros_like(weight_KDG)
    grad_KDG[left // dilation].addmm_(x_LBD.flatten(0, 1).t(), grad_LBG.flatten(0, 1))
    for tap, outputs, source, inputs in _reaches(x_LBD, before_PBD, len(weight_KDG), left, dilation):
        grad_KDG[tap].addmm_(source[inputs].flatten(0, 1).t(), grad_LBG[outputs].flatten(0, 1))
    return grad_KDG


def _reaches(
    x_LBD: Tensor, before_PBD: Tensor, taps: int, left: int, dilation: int
) -> Iterator[tuple[int, slice, Tensor, slice]]:
    """For each tap but the central one, which outputs read which rows, of x and of what came before it."""
    length = len(x_LBD)
    for tap in range(taps):
        shift = tap * dilation - left
        first, last = max(0, -shift), min(length, length - shift)
        if shift and first < last:
            yield tap, slice(first, last), x_LBD, slice(first + shift, last + shift)
        if shift < 0 and len(before_PBD):
            oldest = left + shift
            yield tap, slice(0, min(-shift, length)), before_PBD, slice(oldest, oldest + min(-shift, length))

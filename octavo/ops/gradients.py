"""Identities that change the gradient alone: what a weight that is used again and again should learn from each use."""

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor


def scale_gradient(x: Tensor, factor: float) -> Tensor:
    """x itself, through which the gradient comes back times `factor`.

    >>> weight = torch.tensor(3.0, requires_grad=True)
    >>> (2 * scale_gradient(weight, 0.25)).backward()
    >>> weight.grad
    tensor(0.5000)
    """
    return x if factor == 1 else _Scaled.apply(x, factor)


def take_part(x: Tensor, parameters: Iterable[Tensor]) -> Tensor:
    """x itself, through which parameters that it does not depend on get a gradient of zero: DDP waits for all of them.

    >>> idle, x = torch.ones(2, requires_grad=True), torch.tensor(1.0, requires_grad=True)
    >>> take_part(x, [idle]).backward()
    >>> idle.grad
    tensor([0., 0.])
    """
    return _TakingPart.apply(x, *parameters)


class _Scaled(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, factor: float) -> Tensor:
        ctx.factor = factor
        return x.view_as(x)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None]:  # pyrefly: ignore
        return grad * ctx.factor, None


class _TakingPart(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, *parameters: Tensor) -> Tensor:
        ctx.save_for_backward(*parameters)
        return x.view_as(x)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, ...]:  # pyrefly: ignore
        return grad, *(torch.zeros_like(parameter) for parameter in ctx.saved_tensors)

"""Residual pairs of convolutions or linear layers, and groups of them (He et al. 2016; Zhang & LeCun 2018, §2).

Shapes: L length, B batch, K taps, D features, G output features, V symbols.
"""

from collections.abc import Callable
from typing import Annotated

import torch
import torch.nn.functional as F
from pydantic import Field
from torch import Tensor, nn

from octavo.config import Tiny
from octavo.ops.halving import fold
from octavo.ops.shifted_products import shifted_products

TAPS = 3

# How many layers a group has: pairs of them.
Depth = Annotated[int, Field(ge=2, multiple_of=2), Tiny(2)]


class Convolution(nn.Module):
    """y_t = b + x_{t-1} W_0 + x_t W_1 + x_{t+1} W_2, zeros standing outside; `gain` scales He's first weights."""

    def __init__(self, inputs: int, outputs: int, gain: float = 1.0) -> None:
        super().__init__()
        self.weight_KDG = nn.Parameter(torch.randn(TAPS, inputs, outputs) * gain * (2 / (TAPS * inputs)) ** 0.5)
        self.bias_G = nn.Parameter(torch.zeros(outputs))

    def forward(self, x_LBD: Tensor) -> Tensor:
        return shifted_products(x_LBD, self.weight_KDG, self.bias_G, left=1)


class DoublingConvolution(nn.Module):
    """A convolution to twice the features, which are folded into twice the length (Figure 3)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.convolution = Convolution(width, 2 * width)

    def forward(self, x_LBD: Tensor) -> Tensor:
        return fold(self.convolution(x_LBD))


class SymbolConvolution(nn.Module):
    """The convolution of one-hot vectors as three gathers; the id after the last symbol's has a vector of zeros."""

    def __init__(self, symbols: int, outputs: int) -> None:
        super().__init__()
        self.weight_KVG = nn.Parameter(torch.randn(TAPS, symbols, outputs) * (2 / (TAPS * symbols)) ** 0.5)
        self.bias_G = nn.Parameter(torch.zeros(outputs))

    def forward(self, tokens_LB: Tensor) -> Tensor:
        table_KVG = F.pad(self.weight_KVG, (0, 0, 0, 1))
        padding_1B = torch.full_like(tokens_LB[:1], self.weight_KVG.shape[1])
        before_LB, after_LB = torch.cat([padding_1B, tokens_LB[:-1]]), torch.cat([tokens_LB[1:], padding_1B])
        shifted = (before_LB, tokens_LB, after_LB)
        return self.bias_G + sum(F.embedding(ids_LB, table) for ids_LB, table in zip(shifted, table_KVG, strict=True))


class SymbolVectors(nn.Module):
    """What a pair adds to bytes: their one-hot vectors or, at another width, learnt ones that begin as long."""

    def __init__(self, symbols: int, width: int) -> None:
        super().__init__()
        if symbols == width:
            self.register_buffer("weight_VD", torch.eye(symbols), persistent=False)
        else:
            self.weight_VD = nn.Parameter(torch.randn(symbols, width) * width**-0.5)

    def forward(self, tokens_LB: Tensor) -> Tensor:
        return F.embedding(tokens_LB, F.pad(self.weight_VD, (0, 0, 0, 1)))


class Linear(nn.Linear):
    """A linear layer with He's first weights times `gain`, and a bias of zero."""

    def __init__(self, inputs: int, outputs: int, gain: float = 1.0) -> None:
        super().__init__(inputs, outputs)
        nn.init.normal_(self.weight, std=gain * (2 / inputs) ** 0.5)
        nn.init.zeros_(self.bias)


def relu(x: Tensor) -> Tensor:
    """max(0, x), in x's own memory where no gradient asks what was there."""
    return x.relu() if torch.is_grad_enabled() else x.relu_()


class Pair(nn.Module):
    """y = ReLU(s(x) + f2(ReLU(f1(x)))), s being nothing where f1 and f2 keep the shape."""

    compile_here = True

    def __init__(
        self,
        first: nn.Module,
        second: nn.Module,
        skip: nn.Module | None = None,
        end: Callable[[Tensor], Tensor] = relu,
    ) -> None:
        super().__init__()
        self.first, self.second, self.end = first, second, end
        self.skip = skip or nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        added = self.second(relu(self.first(x)))
        passed = self.skip(x).to(added.dtype)  # the stream is of the products' precision
        return self.end(passed + added if torch.is_grad_enabled() else added.add_(passed))


class Repeat(nn.Module):
    """Every position twice."""

    def forward(self, x_LBD: Tensor) -> Tensor:
        return x_LBD.repeat_interleave(2, dim=0)


def identity(x: Tensor) -> Tensor:
    return x


def convolutions(width: int, pairs: int, gain: float) -> list[Pair]:
    """Pairs that keep their shape."""
    return [Pair(Convolution(width, width), Convolution(width, width, gain)) for _ in range(pairs)]


class Pointwise(nn.Linear):
    """What a pair adds where its ends differ in width, as they never do in the paper: a linear map without a bias."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(inputs, outputs, bias=False)


def linears(
    inputs: int, outputs: int, depth: int, gain: float, end: Callable[[Tensor], Tensor] = relu
) -> nn.Sequential:
    """A group of `depth` linear layers, the first of them from `inputs` features, the last ending in `end`."""
    ends = [relu] * (depth // 2 - 1) + [end]
    widths = [inputs] + [outputs] * (depth // 2 - 1)
    return nn.Sequential(
        *(
            Pair(
                Linear(into, outputs),
                Linear(outputs, outputs, gain),
                None if into == outputs else Pointwise(into, outputs),
                one,
            )
            for into, one in zip(widths, ends, strict=True)
        )
    )

"""Groups that halve or double a length: one that is applied again and again, or one of its own for each level.

Shapes: L length, B batch, D features, Z = positions × D.
"""

from collections.abc import Callable
from typing import Annotated, Literal

import torch
from pydantic import Discriminator, PositiveInt
from torch import Tensor, nn
from torch.func import functional_call

from octavo.config import Tiny, config
from octavo.layers.levels import halvings, padded_length
from octavo.layers.residual import Convolution, DoublingConvolution, Pair, Repeat, convolutions
from octavo.ops.gradients import scale_gradient, take_part
from octavo.ops.halving import POOLS, Pool

LONGEST = 1024  # tokens, the end included: the length that the paper trains at


@config
class SharedConfig:
    """One group for all levels; `longest` is the length whose depth the first weights are scaled for."""

    kind: Literal["shared"] = "shared"
    longest: Annotated[PositiveInt, Tiny(32)] = LONGEST


@config
class StaticConfig:
    """A group for each level: every text is padded to what `longest` tokens need, and none may need more."""

    kind: Literal["static"] = "static"
    longest: Annotated[PositiveInt, Tiny(32)] = LONGEST


LevelsConfig = Annotated[SharedConfig | StaticConfig, Discriminator("kind")]


class Shared(nn.Module):
    """g(g(… g(x))), k times; the gradient of each application counts 1/k, in deep texts as in shallow ones."""

    longest = None  # tokens: there is no bound

    def __init__(self, build: Callable[[], nn.Module], positions: int) -> None:
        super().__init__()
        self.group, self.positions = build(), positions

    def length(self, tokens: int) -> int:
        """How long a text of so many tokens is made."""
        return padded_length(tokens, self.positions)

    def forward(self, x_LBD: Tensor, times: int) -> Tensor:
        if not times:
            return take_part(x_LBD, self.group.parameters())
        weights = {name: scale_gradient(weight, 1 / times) for name, weight in self.group.named_parameters()}
        for _ in range(times):
            x_LBD = functional_call(self.group, weights, (x_LBD,))
        return x_LBD

    def applied(self, times: int) -> list[nn.Module]:
        """What is applied one after the other, where nothing is to be learned."""
        return [self.group] * times


class Static(nn.Module):
    """g_k(… g_1(x)), k being the same for all texts."""

    def __init__(self, build: Callable[[], nn.Module], positions: int, longest: int) -> None:
        super().__init__()
        self.groups = nn.ModuleList(build() for _ in range(halvings(longest, positions)))
        self.longest = padded_length(longest, positions)

    def length(self, tokens: int) -> int:
        """The one length that all texts are padded to."""
        if tokens > self.longest:
            raise ValueError(
                f"a text of {tokens:,} tokens is too long for static levels, which hold {self.longest:,}: "
                "train with a larger levels.longest in reader and writer"
            )
        return self.longest

    def forward(self, x_LBD: Tensor, times: int) -> Tensor:
        for group in self.applied(times):
            x_LBD = group(x_LBD)
        return x_LBD

    def applied(self, times: int) -> list[nn.Module]:
        return list(self.groups)


Levels = Shared | Static


def build_levels(config: LevelsConfig, positions: int, build: Callable[[], nn.Module]) -> Levels:
    """The levels that this configuration describes, out of groups that `build` makes."""
    match config:
        case SharedConfig():
            return Shared(build, positions)
        case StaticConfig():
            return Static(build, positions, config.longest)


def first_gain(config: LevelsConfig, positions: int, depth: int) -> float:
    """What the second layer of each pair starts times: (pairs of reader and writer at the training length)^-½.

    With He's own weights every pair would double the variance of what passes, 80 times at n = 8 and 1,024 bytes.
    """
    return (depth * (halvings(config.longest, positions) + 2)) ** -0.5


class Halving(nn.Module):
    """A group of convolutions, then pooling by two: from length L to L / 2."""

    def __init__(self, width: int, depth: int, gain: float, pool: Pool) -> None:
        super().__init__()
        self.pairs = nn.Sequential(*convolutions(width, depth // 2, gain))
        self.pool = POOLS[pool]

    def forward(self, x_LBD: Tensor) -> Tensor:
        return self.pool(self.pairs(x_LBD))


def doubling(width: int, depth: int, gain: float) -> nn.Module:
    """A group of convolutions whose first doubles the length: from L to 2 L."""
    expanding = Pair(DoublingConvolution(width), Convolution(width, width, gain), Repeat())
    return nn.Sequential(expanding, *convolutions(width, depth // 2 - 1, gain))


def to_vector(x_LBD: Tensor) -> Tensor:
    """The features of all positions side by side, z_BZ."""
    return x_LBD.transpose(0, 1).flatten(1)


def from_vector(z_BZ: Tensor, positions: int) -> Tensor:
    """The other way round, x_LBD."""
    return torch.unflatten(z_BZ, 1, (positions, -1)).transpose(0, 1)

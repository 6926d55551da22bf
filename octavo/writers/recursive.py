"""The recursive writer: a vector to all positions of a text at once (Zhang & LeCun 2018, §2).

Shapes: L length, B batch, D features (of the condition too), V symbols, Z = positions × D.
"""

from typing import Annotated, Literal

from pydantic import PositiveInt
from torch import Tensor, nn

from octavo.config import Tiny, config
from octavo.interfaces import Alphabet, Condition, OneShot, vector_of
from octavo.layers.levels import halvings
from octavo.layers.recursion import LevelsConfig, SharedConfig, build_levels, doubling, first_gain, from_vector
from octavo.layers.residual import Convolution, Depth, Pair, Pointwise, convolutions, identity, linears


@config
class RecursiveWriterConfig:
    """`depth` is the paper's n, the layers of a group; writing begins with `positions` of `width` features."""

    kind: Literal["recursive"] = "recursive"
    width: Annotated[PositiveInt, Tiny(16)] = 256
    depth: Depth = 8
    positions: PositiveInt = 4
    levels: LevelsConfig = SharedConfig()


class RecursiveWriter(OneShot):
    """log p(x | z) = Σ_t log softmax(postfix(recursion(… recursion(prefix(z)))))_t, the reader's mirror."""

    def __init__(self, config: RecursiveWriterConfig, alphabet: Alphabet, condition: int) -> None:
        super().__init__()
        self.positions = config.positions
        width, depth = config.width, config.depth
        gain = first_gain(config.levels, config.positions, depth)
        self.prefix = linears(condition, config.positions * width, depth, gain)
        self.levels = build_levels(config.levels, config.positions, lambda: doubling(width, depth, gain))
        self.longest = self.levels.longest
        last = Pair(
            Convolution(width, width),
            Convolution(width, alphabet.size, gain),
            None if width == alphabet.size else Pointwise(width, alphabet.size),
            end=identity,
        )
        self.postfix = nn.Sequential(*convolutions(width, depth // 2 - 1, gain), last)

    def level(self, length: int) -> int:
        return self.levels.length(length)

    def decode(self, condition_BD: Condition, length: int) -> Tensor:
        x_PBD = from_vector(self.prefix(vector_of(condition_BD)), self.positions)
        length = self.level(length)
        return self.postfix(self.levels(x_PBD, halvings(length, self.positions)))

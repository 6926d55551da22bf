"""The recursive reader: convolutions that halve a text until a vector is left (Zhang & LeCun 2018, §2).

Shapes: L length, B batch, D features, Z = positions × D.
"""

from typing import Annotated, Literal

import torch
import torch.nn.functional as F
from pydantic import PositiveInt
from torch import Tensor, nn

from octavo.config import Tiny, config
from octavo.interfaces import Alphabet, Reader, Reading
from octavo.layers.levels import halvings, padded, rows_by_level
from octavo.layers.padding import Begun
from octavo.layers.recursion import Halving, LevelsConfig, SharedConfig, build_levels, first_gain, to_vector
from octavo.layers.residual import (
    Convolution,
    Depth,
    Pair,
    SymbolConvolution,
    SymbolVectors,
    convolutions,
    identity,
    linears,
    relu,
)
from octavo.ops.halving import Pool


@config
class RecursiveReaderConfig:
    """`depth` is the paper's n, the layers of a group; the summary holds `positions` × `width` features.

    `signed` leaves out the last ReLU, which a Gaussian's mean is better without.
    """

    kind: Literal["recursive"] = "recursive"
    width: Annotated[PositiveInt, Tiny(16)] = 256
    depth: Depth = 8
    positions: PositiveInt = 4
    pool: Pool = "max"
    levels: LevelsConfig = SharedConfig()
    signed: bool = False


class RecursiveReader(Reader):
    """z = postfix(recursion(… recursion(prefix(x)))): x has no mask, its padding being vectors of zeros.

    The states of positions are the prefix group's, `width` features each.
    """

    def __init__(self, config: RecursiveReaderConfig, alphabet: Alphabet) -> None:
        super().__init__()
        self.positions, self.padding = config.positions, alphabet.size
        self.width, self.reach = config.positions * config.width, config.depth
        gain = first_gain(config.levels, config.positions, config.depth)
        self.prefix = _prefix(alphabet.size, config.width, config.depth, gain)
        self.levels = build_levels(
            config.levels, config.positions, lambda: Halving(config.width, config.depth, gain, config.pool)
        )
        self.longest = self.levels.longest
        self.postfix = linears(self.width, self.width, config.depth, gain, end=identity if config.signed else relu)

    def forward(self, tokens_LB: Tensor, lengths_B: Tensor) -> Reading:
        levels = rows_by_level([self.levels.length(tokens) for tokens in lengths_B.tolist()])
        read = [self._read(tokens_LB[:, rows], lengths_B[rows], length) for length, rows in levels.items()]
        if len(read) == 1:
            return Reading(_fitted(read[0][0], len(tokens_LB)), read[0][1], lengths_B)
        states = [_fitted(states_LbD, len(tokens_LB)) for states_LbD, _ in read]
        order_B = torch.tensor([row for rows in levels.values() for row in rows], device=lengths_B.device).argsort()
        summary_BZ = torch.cat([summary_bZ for _, summary_bZ in read])[order_B]
        return Reading(torch.cat(states, dim=1)[:, order_B], summary_BZ, lengths_B)

    def _read(self, tokens_Lb: Tensor, lengths_b: Tensor, length: int) -> tuple[Tensor, Tensor]:
        """The states and summaries of texts of one level."""
        tokens_Lb = padded(tokens_Lb, lengths_b, length, self.padding)
        # While it learns, a batch has texts of most lengths of its level: little is saved, and no device waited for.
        longest = length if torch.is_grad_enabled() else int(lengths_b.max())
        if (length - longest) * len(lengths_b) <= length:
            states_LbD, x_PbD = self._whole(tokens_Lb)
        else:
            states_LbD, x_PbD = self._without_padding(tokens_Lb, longest)
        return states_LbD, self.postfix(to_vector(x_PbD))

    def _whole(self, tokens_Lb: Tensor) -> tuple[Tensor, Tensor]:
        states_LbD = self.prefix(tokens_Lb)
        return states_LbD, self.levels(states_LbD, halvings(len(tokens_Lb), self.positions))

    def _without_padding(self, tokens_Lb: Tensor, longest: int) -> tuple[Tensor, Tensor]:
        """The same, but what padding becomes where no text is felt is computed once for all."""
        begun = Begun(tokens_Lb[:longest], tokens_Lb.new_full((len(tokens_Lb), 1), self.padding))
        begun = begun.through(self.prefix, self.reach)
        states_MbD = begun.texts_MB
        for group in self.levels.applied(halvings(len(tokens_Lb), self.positions)):
            begun = begun.through(group, self.reach, by=2)
        return states_MbD, begun.filled(self.positions)


def _prefix(symbols: int, width: int, depth: int, gain: float) -> nn.Module:
    first = Pair(SymbolConvolution(symbols, width), Convolution(width, width, gain), SymbolVectors(symbols, width))
    return nn.Sequential(first, *convolutions(width, depth // 2 - 1, gain))


def _fitted(x_LbD: Tensor, length: int) -> Tensor:
    """Cut, or filled up with zeros, to the length of the batch."""
    return F.pad(x_LbD[:length], (0, 0, 0, 0, 0, max(0, length - len(x_LbD))))

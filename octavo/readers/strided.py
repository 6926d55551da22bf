"""The strided reader: convolutions that each halve the text, to a summary (Semeniuta et al. 2017, Figure 2a).

Shapes: L length, S places of the last layer, P pages of so many places, B batch, D features, W width.
"""

from typing import Annotated, Literal

import torch
import torch.nn.functional as F
from pydantic import Field, PositiveInt
from torch import Tensor, nn

from octavo.config import Tiny, config
from octavo.interfaces import Alphabet, Reader, Reading
from octavo.layers.batch_norm import BatchNorm
from octavo.layers.strided import Halving, halvings


@config
class StridedReaderConfig:
    """`maps` are the features of each layer; a text of `canvas` positions fills the last layer's places once."""

    kind: Literal["strided"] = "strided"
    width: Annotated[PositiveInt, Tiny(16)] = 256
    embedding: Annotated[PositiveInt, Tiny(16)] = 80
    canvas: Annotated[PositiveInt, Tiny(16)] = 160
    maps: Annotated[tuple[PositiveInt, ...], Field(min_length=1), Tiny(16)] = (128, 256, 512, 512, 512)


class StridedReader(Reader):
    """h^{i+1} = ReLU(norm(conv(h^i))), zeros after each text's end;  s = Σ_j V_{j mod S} h_j.

    The sum gives each of the canvas's places its own map, as flattening them would, and takes texts of any length. A
    position's state is its place's share of the sum.
    """

    def __init__(self, config: StridedReaderConfig, alphabet: Alphabet) -> None:
        super().__init__()
        self.width = config.width
        self.embedding = nn.Embedding(alphabet.size, config.embedding)
        widths = zip((config.embedding, *config.maps), config.maps, strict=False)
        self.halvings = nn.ModuleList(Halving(inputs, outputs) for inputs, outputs in widths)
        self.norms = nn.ModuleList(BatchNorm(outputs) for outputs in config.maps)
        places = halvings(config.canvas, len(config.maps))[-1]
        # Wide enough that the summary varies as much as its inputs: the Gaussian's noise would drown less.
        bound = (6 / (places * config.maps[-1])) ** 0.5
        self.place_SDW = nn.Parameter(torch.empty(places, config.maps[-1], config.width).uniform_(-bound, bound))

    def forward(self, tokens_LB: Tensor, lengths_B: Tensor) -> Reading:
        left_B = lengths_B
        x_LBD = self.embedding(tokens_LB) * _valid(tokens_LB, left_B)[..., None]
        for halving, norm in zip(self.halvings, self.norms, strict=True):
            x_LBD, left_B = halving(x_LBD), (left_B + 1) // 2
            x_LBD = norm(x_LBD, _valid(x_LBD, left_B)).relu()
        shares_LBW = self._shares(x_LBD)
        places_L = torch.arange(len(tokens_LB), device=tokens_LB.device) >> len(self.halvings)
        return Reading(shares_LBW[places_L], shares_LBW.sum(0), lengths_B)

    def _shares(self, x_LBD: Tensor) -> Tensor:
        """V_{j mod S} h_j of every place."""
        places = len(self.place_SDW)
        pages = -(-len(x_LBD) // places)
        whole_LBD = F.pad(x_LBD, (0, 0, 0, 0, 0, pages * places - len(x_LBD)))
        return torch.einsum("psbd,sdw->psbw", whole_LBD.unflatten(0, (pages, places)), self.place_SDW).flatten(0, 1)


def _valid(x_LB: Tensor, lengths_B: Tensor) -> Tensor:
    return torch.arange(len(x_LB), device=x_LB.device)[:, None] < lengths_B

"""A vector to a plan of a whole text, by transposed convolutions (Semeniuta et al. 2017, section 3.2).

Shapes: P positions of the plan, B batch, C condition, S places of the short representation, D features.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from octavo.layers.batch_norm import BatchNorm
from octavo.layers.strided import Doubling, halvings


class Deconvolution(nn.Module):
    """A linear map to a short, wide representation; then transposed convolutions, batch normalisation and ReLU.

    Its canvas is a property of the run: of a text's length, let alone its companions', the plan knows nothing. A text
    that is longer than the canvas goes on on further pages, each planned from the vector turned by one more place.
    What stands on a page does not depend on whether another follows, so that there is no choice of a canvas to be
    coded: that a text goes on is paid for at each of its positions, as that it does not end there.
    """

    def __init__(self, condition: int, canvas: int, maps: Sequence[int]) -> None:
        super().__init__()
        self.canvas, self.width = canvas, maps[-1]
        *self.lengths, self.places = halvings(canvas, len(maps))
        self.spread = nn.Linear(condition, self.places * maps[0])
        self.doublings = nn.ModuleList(
            Doubling(inputs, outputs) for inputs, outputs in zip((maps[0], *maps), maps, strict=False)
        )
        self.norms = nn.ModuleList(BatchNorm(width) for width in maps)

    def pages(self, length: int) -> int:
        """How many canvases a text of so many positions covers; one where it has none."""
        return max(1, -(-length // self.canvas))

    def forward(self, condition_BC: Tensor, length: int) -> Tensor:
        """The plan_PBD of all pages that a length covers."""
        return self.reaching(length, condition_BC, self.page(condition_BC, 0))

    def reaching(self, length: int, condition_BC: Tensor, plan_PBD: Tensor) -> Tensor:
        """A plan with the pages that it lacks for a length."""
        lacking = range(len(plan_PBD) // self.canvas, self.pages(length))
        # Mostly nothing is lacking: a writer asks at each token, and the plan is as large as the text.
        return torch.cat([plan_PBD, *(self.page(condition_BC, number) for number in lacking)]) if lacking else plan_PBD

    def page(self, condition_BC: Tensor, number: int) -> Tensor:
        """One page of the plan.

        Pages after the first take the running statistics even in training: else a rank that has a long text would
        wait for the sums of those that have none.
        """
        short_BSD = self.spread(condition_BC.roll(number, -1)).unflatten(-1, (self.places, -1))
        x_LBD = short_BSD.transpose(0, 1).relu()
        for doubling, norm, length in zip(self.doublings, self.norms, reversed(self.lengths), strict=True):
            x_LBD = norm(doubling(x_LBD, length), running=number > 0).relu()
        return x_LBD

"""The deconvolution writer: all positions at once, without history (Semeniuta et al. 2017, Figure 2a).

Shapes: L length, B batch, D features, V vocabulary.
"""

from typing import Annotated, Literal

from pydantic import Field, PositiveInt
from torch import Tensor, nn

from octavo import distributed
from octavo.config import Tiny, config
from octavo.interfaces import Alphabet, OneShot
from octavo.layers.deconvolution import Deconvolution


@config
class DeconvolutionWriterConfig:
    """`maps` are the features of each transposed convolution, `canvas` how many positions they plan at once."""

    kind: Literal["deconvolution"] = "deconvolution"
    canvas: Annotated[PositiveInt, Tiny(16)] = 160
    maps: Annotated[tuple[PositiveInt, ...], Field(min_length=1), Tiny(16)] = (512, 512, 512, 256, 128)


class DeconvolutionWriter(OneShot):
    """p(x | z) = Π_t p(x_t | z), up to and with the end symbol: each position from the plan alone."""

    def __init__(self, config: DeconvolutionWriterConfig, alphabet: Alphabet, condition: int) -> None:
        super().__init__()
        self.plan = Deconvolution(condition, config.canvas, config.maps)
        self.head = nn.Linear(self.plan.width, alphabet.size)

    def decode(self, condition_BD: Tensor, length: int) -> Tensor:
        """Logits_LBV of whole canvases; those of a position are the same whatever the length."""
        if self.training and distributed.ranks() > 1 and length > self.plan.canvas:
            # Texts of each level are written by themselves, and ranks with other levels would wait for one another.
            raise ValueError(
                f"{length} tokens on a canvas of {self.plan.canvas}: with several ranks, training needs a canvas that "
                "holds every text: raise model.writer.canvas, or lower data.batching.longest"
            )
        return self.head(self.plan(condition_BD, length))

    def level(self, length: int) -> int:
        """Whole canvases."""
        return self.plan.pages(length) * self.plan.canvas

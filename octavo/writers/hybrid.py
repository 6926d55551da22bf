"""The hybrid writer: a one-shot plan of the text under an autoregressive top (Semeniuta et al. 2017, Figure 2b, c).

Shapes: L length, P positions planned, B batch, C condition, D features.
"""

from typing import Annotated, Literal, NamedTuple

import torch
from pydantic import Field, PositiveInt
from torch import Tensor, nn

from octavo.config import Tiny, config
from octavo.interfaces import Alphabet, Condition, State, Writer, Written, vector_of
from octavo.layers.deconvolution import Deconvolution
from octavo.layers.dropout import WordDropout
from octavo.writers.tops import LSTMTopConfig, TopConfig, build_top


@config
class HybridWriterConfig:
    """`maps` are the features of each transposed convolution, `canvas` how many positions they plan at once.

    `drop_word` hides whole input tokens from the top in training. Without any top there is no history: that is the
    one-shot writer `deconvolution`.
    """

    kind: Literal["hybrid"] = "hybrid"
    embedding: Annotated[PositiveInt, Tiny(16)] = 80
    canvas: Annotated[PositiveInt, Tiny(16)] = 160
    maps: Annotated[tuple[PositiveInt, ...], Field(min_length=1), Tiny(16)] = (512, 512, 512, 256, 128)
    top: TopConfig = LSTMTopConfig()
    drop_word: Annotated[float, Field(ge=0, le=1)] = 0.0


class HybridWriterState(NamedTuple):
    """The condition, 1 × B × C, the plan of the pages come to so far, the position, and the top's own state."""

    condition_1BC: Tensor
    plan_PBD: Tensor
    position: int
    top: State


class HybridWriter(Writer):
    """p(x | z) = Π_t p(x_t | x_<t, z):  h_t = top([plan(z)_t; x_{t-1}], h_{t-1}); the plan is the inner activation."""

    def __init__(self, config: HybridWriterConfig, alphabet: Alphabet, condition: int = 0) -> None:
        super().__init__()
        if not condition:
            raise ValueError("a hybrid writer plans from a vector: put it under an autoencoder or a vae")
        self.plan = Deconvolution(condition, config.canvas, config.maps)
        self.inner_widths = (self.plan.width,)
        self.embedding = nn.Embedding(alphabet.size, config.embedding)
        self.drop_word = WordDropout(config.drop_word)
        self.top = build_top(config.top, self.plan.width + config.embedding)
        self.head = nn.Linear(self.top.width, alphabet.size)

    def begin(self, condition: Condition, batch: int) -> HybridWriterState:
        """The plan's first page, and what the top begins from."""
        vector_BC = vector_of(condition)
        return HybridWriterState(vector_BC[None], self.plan.page(vector_BC, 0), 0, self.top.begin(batch))

    def forward(self, inputs_LB: Tensor, state: HybridWriterState) -> Written:
        begin, end = state.position, state.position + len(inputs_LB)
        plan_PBD = self.plan.reaching(end, state.condition_1BC[0], state.plan_PBD)
        here_LBD = plan_PBD[begin:end]
        before_LBD = self.drop_word(self.embedding(inputs_LB))
        states_LBD, top = self.top(torch.cat([here_LBD, before_LBD.to(here_LBD.dtype)], dim=-1), state.top)
        after = HybridWriterState(state.condition_1BC, plan_PBD, end, top)
        return Written(states_LBD, after, (here_LBD,))

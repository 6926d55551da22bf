"""The masked writer: the next token from the last few alone, by a stack of masked convolutions of width 2.

Shapes: L length, B batch, C condition, D features, P positions before.
"""

from typing import Annotated, Literal, NamedTuple

import torch
from pydantic import Field, PositiveInt
from torch import Tensor, nn

from octavo.config import Tiny, config
from octavo.interfaces import Alphabet, Condition, Writer, Written, vector_of
from octavo.layers.causal_convolution import CausalConvolution
from octavo.layers.dropout import WordDropout


class MaskedStack(nn.Module):
    """h^{i+1}_t = LN(ReLU(W_0 h^i_{t-1} + W_1 h^i_t + b)): N layers see N + 1 inputs, undilated and without skips.

    Layer normalisation, of each position alone, tells nothing of the future. It comes last, since it takes away the
    mean that a ReLU leaves in all features: from layer to layer that would make all positions look the same.
    """

    def __init__(self, inputs: int, width: int, layers: int) -> None:
        super().__init__()
        self.width = width
        widths = [inputs, *[width] * (layers - 1)]
        self.convolutions = nn.ModuleList(CausalConvolution(features, width, window=2) for features in widths)
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in widths)

    def begin(self, batch: int) -> tuple[Tensor, ...]:
        """Zeros for each layer's last input."""
        return tuple(layer.begin(batch) for layer in self.convolutions)  # type: ignore[operator]

    def forward(self, x_LBD: Tensor, state: tuple[Tensor, ...]) -> tuple[Tensor, tuple[Tensor, ...]]:
        after = []
        for convolution, norm, before_PBD in zip(self.convolutions, self.norms, state, strict=True):
            x_LBD, last_PBD = convolution(x_LBD, before_PBD)
            x_LBD = norm(x_LBD.relu())
            after.append(last_PBD)
        return x_LBD, tuple(after)


@config
class MaskedWriterConfig:
    """`layers` + 1 tokens are seen; `drop_word` hides whole input tokens in training."""

    kind: Literal["masked"] = "masked"
    width: Annotated[PositiveInt, Tiny(16)] = 512
    layers: Annotated[PositiveInt, Tiny(2)] = 2
    embedding: Annotated[PositiveInt, Tiny(16)] = 256
    drop_word: Annotated[float, Field(ge=0, le=1)] = 0.0


class MaskedWriterState(NamedTuple):
    """Each layer's last input, and the condition as one more step of input, 1 × B × C."""

    layers: tuple[Tensor, ...]
    condition_1BC: Tensor | None


class MaskedWriter(Writer):
    """Embedding, with the condition beside it at each step, masked convolutions, output."""

    def __init__(self, config: MaskedWriterConfig, alphabet: Alphabet, condition: int = 0) -> None:
        super().__init__()
        self.embedding = nn.Embedding(alphabet.size, config.embedding)
        self.drop_word = WordDropout(config.drop_word)
        self.stack = MaskedStack(config.embedding + condition, config.width, config.layers)
        self.head = nn.Linear(config.width, alphabet.size)

    def begin(self, condition: Condition, batch: int) -> MaskedWriterState:
        """Zeros, and the condition."""
        vector_BC = vector_of(condition)
        return MaskedWriterState(self.stack.begin(batch), None if vector_BC is None else vector_BC[None])

    def forward(self, inputs_LB: Tensor, state: MaskedWriterState) -> Written:
        x_LBD = self.drop_word(self.embedding(inputs_LB))
        if state.condition_1BC is not None:
            x_LBD = torch.cat([x_LBD, state.condition_1BC.expand(len(x_LBD), -1, -1)], dim=-1)
        states_LBD, layers = self.stack(x_LBD, state.layers)
        return Written(states_LBD, state._replace(layers=layers))

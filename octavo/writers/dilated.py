"""The dilated writer: residual blocks of causal convolutions whose taps stand ever further apart (Yang et al. 2017).

Shapes: L length, B batch, E embedding, C condition, D features, H inner features, P inputs that came before.
"""

from typing import Annotated, Literal, NamedTuple

import torch.nn.functional as F
from pydantic import Field, PositiveInt
from torch import Tensor, nn

from octavo.config import Share, Tiny, config
from octavo.interfaces import Alphabet, Condition, Writer, Written, vector_of
from octavo.layers.causal_convolution import CausalConvolution
from octavo.layers.dropout import Dropout
from octavo.layers.output import Output


@config
class DilatedWriterConfig:
    """A block for each of `dilations`; it sees (window - 1) Σ dilations + 1 tokens.

    `width` is what passes from block to block, `inner` what a block convolves; `sampled` ids beside a batch's own stand
    for all others in a training's softmax.
    """

    kind: Literal["dilated"] = "dilated"
    width: Annotated[PositiveInt, Tiny(16)] = 1024
    inner: Annotated[PositiveInt, Tiny(16)] = 512
    embedding: Annotated[PositiveInt, Tiny(16)] = 512
    window: PositiveInt = 3
    dilations: Annotated[tuple[PositiveInt, ...], Field(min_length=1)] = (1, 2, 4)
    dropout: Share = 0.1
    sampled: PositiveInt | None = None


class DilatedWriterState(NamedTuple):
    """The last inputs of each block's convolution, P × B × H, and what the condition adds to every input, 1 × B × D."""

    recent: tuple[Tensor, ...]
    condition_1BD: Tensor | None


class Block(nn.Module):
    """x + dropout(W_3 relu(conv(relu(W_1 relu(x)))))  (§2.3)."""

    def __init__(self, config: DilatedWriterConfig, dilation: int) -> None:
        super().__init__()
        self.narrow = nn.Linear(config.width, config.inner)
        self.convolution = CausalConvolution(config.inner, config.inner, config.window, dilation)
        self.widen = nn.Linear(config.inner, config.width)
        self.dropout = Dropout(config.dropout)

    def begin(self, batch: int) -> Tensor:
        """Zeros for the inputs before the first."""
        return self.convolution.begin(batch)

    def forward(self, x_LBD: Tensor, recent_PBH: Tensor) -> tuple[Tensor, Tensor]:
        h_LBH, recent_PBH = self.convolution(self.narrow(x_LBD.relu()).relu(), recent_PBH)
        return x_LBD + self.dropout(self.widen(h_LBH.relu())), recent_PBH


class DilatedWriter(Writer):
    """W [e(x_{t-1}); c] + b, then the blocks: each state sees `context` tokens and the condition."""

    rolls = True

    def __init__(self, config: DilatedWriterConfig, alphabet: Alphabet, condition: int = 0) -> None:
        super().__init__()
        self.inner_widths = (config.width,) * (len(config.dilations) - 1)
        self.context = (config.window - 1) * sum(config.dilations) + 1
        self.embedding = nn.Embedding(alphabet.size, config.embedding)
        self.enter = nn.Linear(config.embedding + condition, config.width)
        self.blocks = nn.ModuleList(Block(config, dilation) for dilation in config.dilations)
        self.head = Output(config.width, alphabet.size, config.sampled)

    def begin(self, condition: Condition, batch: int) -> DilatedWriterState:
        """Zeros, and the condition's share of the product, taken once for all positions."""
        recent = tuple(block.begin(batch) for block in self.blocks)  # type: ignore[operator]
        weight_DC = self.enter.weight[:, self.embedding.embedding_dim :]
        if not weight_DC.shape[1]:
            return DilatedWriterState(recent, None)
        return DilatedWriterState(recent, F.linear(vector_of(condition), weight_DC)[None])

    def forward(self, inputs_LB: Tensor, state: DilatedWriterState) -> Written:
        weight_DE = self.enter.weight[:, : self.embedding.embedding_dim]
        x_LBD = F.linear(self.embedding(inputs_LB), weight_DE, self.enter.bias)
        if state.condition_1BD is not None:
            x_LBD = x_LBD + state.condition_1BD
        outputs, recent = [], []
        for block, recent_PBH in zip(self.blocks, state.recent, strict=True):
            x_LBD, recent_PBH = block(x_LBD, recent_PBH)
            outputs.append(x_LBD)
            recent.append(recent_PBH)
        return Written(x_LBD, state._replace(recent=tuple(recent)), tuple(outputs[:-1]))

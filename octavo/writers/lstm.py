"""The LSTM writer: the next token from all before it, and from a condition where there is one."""

from typing import Annotated, Literal, NamedTuple

import torch
from pydantic import Field, PositiveInt
from torch import Tensor, nn

from octavo.config import Share, Tiny, config
from octavo.interfaces import Alphabet, Condition, Writer, Written, vector_of
from octavo.layers.attention import Memory, attend, remember
from octavo.layers.dropout import Dropout, WordDropout
from octavo.layers.lstm import CellState, LSTMStack
from octavo.layers.output import Output, tie


@config
class LSTMWriterConfig:
    """Dropout has a share on embeddings and between layers (`dropout`) and one before the output.

    `tied` gives the output product the embedding's weights; `sampled` ids beside a batch's own stand for all others in
    a training's softmax; `drop_word` hides whole input tokens in training, `drop_recurrent` weights between hidden
    states; `condition_each_step` feeds the condition with every token, beside making the first state of it, through a
    layer of `first_hidden` tanh units where that is given; `attention` looks at the positions of a source that has been
    read (dot products, Luong et al. 2015).
    """

    kind: Literal["lstm"] = "lstm"
    width: Annotated[PositiveInt, Tiny(16)] = 512
    layers: Annotated[PositiveInt, Tiny(2)] = 1
    embedding: Annotated[PositiveInt, Tiny(16)] = 256
    dropout: Share = 0.0
    dropout_output: Share = 0.0
    drop_word: Annotated[float, Field(ge=0, le=1)] = 0.0
    variational: bool = False
    normalised: bool = False
    drop_recurrent: Share = 0.0
    tied: bool = False
    sampled: PositiveInt | None = None
    condition_each_step: bool = True
    first_hidden: Annotated[PositiveInt | None, Tiny(16)] = None
    attention: bool = False


class LSTMWriterState(NamedTuple):
    """Each layer's cells, the condition as one more step of input, 1 × B × C, and what attention looks at."""

    cells: tuple[CellState, ...]
    condition_1BC: Tensor | None
    memory: Memory | None = None


class LSTMWriter(Writer):
    """Embedding, dropout, layers of LSTM, dropout, output."""

    def __init__(self, config: LSTMWriterConfig, alphabet: Alphabet, condition: int = 0) -> None:
        super().__init__()
        self.embedding = nn.Embedding(alphabet.size, config.embedding)
        self.drop_word = WordDropout(config.drop_word)
        self.dropout = Dropout(config.dropout, config.variational)
        self.each_step = config.condition_each_step and condition > 0
        self.stack = LSTMStack(
            config.embedding + (condition if self.each_step else 0),
            config.width,
            config.layers,
            config.dropout,
            config.variational,
            config.normalised,
            drop_recurrent=config.drop_recurrent,
        )
        self.first_state = self._first_state(config, condition) if condition else None
        self.mixed = self._attention(config, condition) if config.attention else None
        self.dropout_output = Dropout(config.dropout_output, config.variational)
        self.head = Output(config.width, alphabet.size, config.sampled)
        if config.tied:
            tie(self.embedding, self.head)

    def _first_state(self, config: LSTMWriterConfig, condition: int) -> nn.Module:
        state = nn.Linear(config.first_hidden or condition, 2 * config.layers * config.width)
        if config.first_hidden is None:
            return state
        return nn.Sequential(nn.Linear(condition, config.first_hidden), nn.Tanh(), state)

    def _attention(self, config: LSTMWriterConfig, condition: int) -> nn.Linear:
        if condition != config.width:
            raise ValueError(f"attention needs a reader as wide as the writer, {config.width}, not {condition}")
        return nn.Linear(2 * config.width, config.width)

    def begin(self, condition: Condition, batch: int) -> LSTMWriterState:
        """Zeros, or a state made of the condition, a vector for each text or a source's summary."""
        if self.first_state is None:
            return LSTMWriterState(self.stack.begin(batch), None)
        vector_BC = vector_of(condition)
        parts = self.first_state(vector_BC)[None].chunk(2 * len(self.stack.layers), dim=-1)
        parts = [part.contiguous() for part in parts]
        cells = tuple(zip(parts[::2], parts[1::2], strict=True))
        memory = remember(condition) if self.mixed is not None else None
        return LSTMWriterState(cells, vector_BC[None] if self.each_step else None, memory)

    def forward(self, inputs_LB: Tensor, state: LSTMWriterState) -> Written:
        x_LBD = self.dropout(self.drop_word(self.embedding(inputs_LB)))
        if state.condition_1BC is not None:
            x_LBD = torch.cat([x_LBD, state.condition_1BC.expand(len(x_LBD), -1, -1)], dim=-1)
        layers, cells = self.stack(x_LBD, state.cells)
        states_LBD = layers[-1]
        if self.mixed is not None and state.memory is not None:
            states_LBD = self.mixed(torch.cat([states_LBD, attend(states_LBD, state.memory)], dim=-1)).tanh()
        return Written(self.dropout_output(states_LBD), state._replace(cells=cells), layers[:-1])

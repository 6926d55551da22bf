"""The QRNN writer: quasi-recurrent layers, a condition in every gate, attention (Bradbury et al. 2017)."""

from collections.abc import Sequence
from typing import Annotated, Literal, NamedTuple

from pydantic import Field, PositiveInt
from torch import Tensor, nn

from octavo.config import Share, Tiny, config
from octavo.interfaces import Alphabet, Condition, Reading, Writer, Written
from octavo.layers.attention import Memory, attend, remember
from octavo.layers.dropout import Dropout, WordDropout
from octavo.layers.output import Output, tie
from octavo.layers.qrnn import QRNN, QRNNRun, QRNNState
from octavo.layers.qrnn_layer import Pooling


@config
class QRNNWriterConfig:
    """Dropout has a share on embeddings and between layers (`dropout`) and one before the output.

    `sampled` ids beside a batch's own stand for all others in a training's softmax; `attention` looks at the positions
    of a source that has been read (eq. 8).
    """

    kind: Literal["qrnn"] = "qrnn"
    width: Annotated[PositiveInt, Tiny(16)] = 512
    layers: Annotated[PositiveInt, Tiny(2)] = 2
    embedding: Annotated[PositiveInt, Tiny(16)] = 256
    window: PositiveInt = 2
    pooling: Pooling = "fo"
    zoneout: Share = 0.0
    dropout: Share = 0.0
    variational: bool = False
    dropout_output: Share = 0.0
    drop_word: Annotated[float, Field(ge=0, le=1)] = 0.0
    tied: bool = False
    sampled: PositiveInt | None = None
    attention: bool = False


class QRNNWriterState(NamedTuple):
    """The layers' own state, what the condition adds to each layer's gates, 1 × B × G, and what attention looks at."""

    layers: QRNNState
    conditions: tuple[Tensor, ...]
    memory: Memory | None = None


class QRNNWriter(Writer):
    """Embedding, dropout, layers of QRNN, dropout, output."""

    def __init__(self, config: QRNNWriterConfig, alphabet: Alphabet, condition: int = 0) -> None:
        super().__init__()
        self.embedding = nn.Embedding(alphabet.size, config.embedding)
        self.drop_word = WordDropout(config.drop_word)
        self.dropout = Dropout(config.dropout, config.variational)
        self.qrnn = QRNN(
            config.embedding,
            config.width,
            config.layers,
            dropout=config.dropout,
            window=config.window,
            pooling=config.pooling,
            zoneout=config.zoneout,
            variational=config.variational,
        )
        gates = (1 + len(config.pooling)) * config.width
        conditioned = range(config.layers if condition else 0)
        self.conditioned = nn.ModuleList(nn.Linear(condition, gates, bias=False) for _ in conditioned)
        self.attention = SourceAttention(config, condition) if config.attention else None
        self.dropout_output = Dropout(config.dropout_output, config.variational)
        self.head = Output(config.width, alphabet.size, config.sampled)
        if config.tied:
            tie(self.embedding, self.head)

    def begin(self, condition: Condition, batch: int) -> QRNNWriterState:
        """Zeros, and V_z h̃, V_f h̃, V_o h̃ for each layer (eq. 7)."""
        pairs = zip(self.conditioned, self._vectors(condition), strict=True)
        conditions = tuple(project(vector_BC)[None] for project, vector_BC in pairs)
        memory = remember(condition) if self.attention is not None else None
        return QRNNWriterState(self.qrnn.begin(batch), conditions, memory)

    def _vectors(self, condition: Condition) -> Sequence[Tensor]:
        """h̃ for each layer: the source's layer of the same index or, of another number of layers, its summary."""
        if not isinstance(condition, Reading):
            return [condition] * len(self.conditioned)
        same = len(condition.layers) == len(self.conditioned)
        return condition.layers if same else [condition.summary_BD] * len(self.conditioned)

    def forward(self, inputs_LB: Tensor, state: QRNNWriterState) -> Written:
        x_LBD = self.dropout(self.drop_word(self.embedding(inputs_LB)))
        conditions = [condition_1BG[0] for condition_1BG in state.conditions] or None
        run = self.qrnn.unroll(x_LBD, state.layers, conditions=conditions)
        output_LBH = run.output_LBH
        if self.attention is not None and state.memory is not None:
            output_LBH = self.attention(run, state.memory)
        return Written(self.dropout_output(output_LBH), state._replace(layers=run.state))


class SourceAttention(nn.Module):
    """k_t = Σ_s softmax_s(c_t · h̃_s) h̃_s;  h_t = σ(o_t) (W_k k_t + W_c c_t), the output gate last (eq. 8)."""

    def __init__(self, config: QRNNWriterConfig, condition: int) -> None:
        super().__init__()
        if condition != config.width:
            raise ValueError(f"attention needs a reader as wide as the writer, {config.width}, not {condition}")
        if "o" not in config.pooling:
            raise ValueError(f"attention needs an output gate: pooling fo or ifo, not {config.pooling!r}")
        self.context = nn.Linear(condition, config.width, bias=False)
        self.state = nn.Linear(config.width, config.width)

    def forward(self, run: QRNNRun, memory: Memory) -> Tensor:
        c_LBH = run.states_LBH.to(run.output_LBH.dtype)
        return run.gates_LBGH[:, :, 2].sigmoid() * (self.context(attend(c_LBH, memory)) + self.state(c_LBH))

"""What may stand on a plan: a recurrence over its activations and the tokens before, of which each is a few lines.

Shapes: L length, B batch, D features.
"""

from typing import Annotated, Literal, Protocol

from pydantic import Discriminator, PositiveInt
from torch import Tensor, nn

from octavo.config import Share, Tiny, config
from octavo.interfaces import State
from octavo.layers.lstm import LSTMStack
from octavo.layers.qrnn import QRNN
from octavo.layers.qrnn_layer import Pooling
from octavo.writers.masked import MaskedStack


class Top(Protocol):
    """Inputs to states, with what it remembers passed in and returned."""

    width: int

    def begin(self, batch: int) -> State: ...

    def __call__(self, x_LBD: Tensor, state: State) -> tuple[Tensor, State]: ...


@config
class LSTMTopConfig:
    """Layers of LSTM, with layer normalisation unless `normalised` says no."""

    kind: Literal["lstm"] = "lstm"
    width: Annotated[PositiveInt, Tiny(16)] = 1000
    layers: Annotated[PositiveInt, Tiny(2)] = 1
    normalised: bool = True


class LSTMTop(nn.Module):
    def __init__(self, config: LSTMTopConfig, inputs: int) -> None:
        super().__init__()
        self.width = config.width
        self.stack = LSTMStack(inputs, config.width, config.layers, normalised=config.normalised)

    def begin(self, batch: int) -> State:
        return self.stack.begin(batch)

    def forward(self, x_LBD: Tensor, state: State) -> tuple[Tensor, State]:
        layers, after = self.stack(x_LBD, state)
        return layers[-1], after


@config
class QRNNTopConfig:
    """Layers of QRNN."""

    kind: Literal["qrnn"] = "qrnn"
    width: Annotated[PositiveInt, Tiny(16)] = 1000
    layers: Annotated[PositiveInt, Tiny(2)] = 1
    window: PositiveInt = 2
    pooling: Pooling = "fo"
    zoneout: Share = 0.0


class QRNNTop(nn.Module):
    def __init__(self, config: QRNNTopConfig, inputs: int) -> None:
        super().__init__()
        self.width = config.width
        self.qrnn = QRNN(
            inputs, config.width, config.layers, window=config.window, pooling=config.pooling, zoneout=config.zoneout
        )

    def begin(self, batch: int) -> State:
        return self.qrnn.begin(batch)

    def forward(self, x_LBD: Tensor, state: State) -> tuple[Tensor, State]:
        run = self.qrnn.unroll(x_LBD, state)
        return run.output_LBH, run.state


@config
class MaskedTopConfig:
    """Masked convolutions of width 2, which see the last `layers` + 1 tokens."""

    kind: Literal["masked"] = "masked"
    width: Annotated[PositiveInt, Tiny(16)] = 512
    layers: Annotated[PositiveInt, Tiny(2)] = 2


TopConfig = Annotated[LSTMTopConfig | QRNNTopConfig | MaskedTopConfig, Discriminator("kind")]


def build_top(config: TopConfig, inputs: int) -> Top:
    """The top that this configuration describes, over inputs of so many features."""
    match config:
        case LSTMTopConfig():
            return LSTMTop(config, inputs)
        case QRNNTopConfig():
            return QRNNTop(config, inputs)
        case MaskedTopConfig():
            return MaskedStack(inputs, config.width, config.layers)

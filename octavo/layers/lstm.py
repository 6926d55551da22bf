"""A stack of LSTM layers with dropout between them. Shapes: L length, B batch, D features, G = 4D gates."""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from octavo.layers.dropout import Dropout
from octavo.ops.normalised_lstm import Weights, normalised_lstm
from octavo.ops.random_masks import dropout

CellState = tuple[Tensor, Tensor]  # h and c, each 1 × B × D


class Stacked(NamedTuple):
    """Each layer's outputs_LBD, the last one's being the stack's, and each layer's state."""

    layers: tuple[Tensor, ...]
    state: tuple[CellState, ...]


class LSTMStack(nn.Module):
    """Layers of `nn.LSTM`, or of the normalised form, dropout between one and the next.

    In training each pass does without a share, `drop_recurrent`, of the weights from one hidden state to the next: the
    same ones at all its steps (DropConnect, Merity et al. 2018). Dense layers each see the input and the outputs of all
    before them (Huang et al. 2016).
    """

    def __init__(
        self,
        inputs: int,
        width: int,
        layers: int,
        dropout: float = 0.0,
        variational: bool = False,
        normalised: bool = False,
        dense: bool = False,
        drop_recurrent: float = 0.0,
    ) -> None:
        super().__init__()
        cell = NormalisedLSTM if normalised else LSTM
        seen = [inputs, *(inputs + layer * width if dense else width for layer in range(1, layers))]
        self.layers = nn.ModuleList(cell(features, width, drop_recurrent) for features in seen)
        self.dropout = Dropout(dropout, variational)
        self.width, self.dense = width, dense

    def begin(self, batch: int) -> tuple[CellState, ...]:
        """Zeros for every layer."""
        zeros_1BD = next(self.parameters()).new_zeros(1, batch, self.width)
        return tuple((zeros_1BD, zeros_1BD) for _ in self.layers)

    def forward(self, x_LBD: Tensor, state: tuple[CellState, ...]) -> Stacked:
        outputs: list[Tensor] = []
        states = []
        for layer, before in zip(self.layers, state, strict=True):
            if outputs:
                dropped_LBD = self.dropout(outputs[-1])
                x_LBD = torch.cat([x_LBD, dropped_LBD], dim=-1) if self.dense else dropped_LBD
            output_LBD, after = _run(layer, x_LBD, before)
            outputs.append(output_LBD)
            states.append(after)
        return Stacked(tuple(outputs), tuple(states))


def _run(layer: nn.Module, x_LBD: Tensor, state: CellState) -> tuple[Tensor, CellState]:
    """The layer; in fp32 under autocast on a CPU before AVX-512, whose oneDNN refuses an LSTM in bf16."""
    on_cpu, autocast = x_LBD.device.type == "cpu", torch.is_autocast_enabled("cpu")
    if on_cpu and autocast and not _multiplies_bf16():
        with torch.autocast("cpu", enabled=False):
            return layer(x_LBD.float(), (state[0].float(), state[1].float()))
    if on_cpu and not autocast and len(x_LBD) == 1 and isinstance(layer, nn.LSTM) and not torch.is_grad_enabled():
        return _step(layer, x_LBD, state)
    return layer(x_LBD, state)


def _step(lstm: nn.LSTM, x_1BD: Tensor, state: CellState) -> tuple[Tensor, CellState]:
    """One token by PyTorch's cell: on a CPU its form for sequences arranges the weights anew at every call."""
    h_BD, c_BD = torch.lstm_cell(x_1BD[0], (state[0][0], state[1][0]), *lstm.all_weights[0])
    return h_BD[None], (h_BD[None], c_BD[None])


def _multiplies_bf16() -> bool:
    return torch.ops.mkldnn._is_mkldnn_bf16_supported()


class LSTM(nn.LSTM):
    """One layer of PyTorch's, which may be without some of its hidden product's weights in training."""

    def __init__(self, inputs: int, width: int, drop_recurrent: float = 0.0) -> None:
        super().__init__(inputs, width)
        self.drop_recurrent = drop_recurrent

    def forward(  # type: ignore[override]
        self, x_LBD: Tensor, state: CellState | None = None
    ) -> tuple[Tensor, CellState]:
        if not self.training or not self.drop_recurrent:
            return super().forward(x_LBD, state)
        inputs_GD, hidden_GD, *biases = self.all_weights[0]
        weights = [inputs_GD, dropout(hidden_GD, self.drop_recurrent), *biases]
        if state is None:
            zeros_1BD = x_LBD.new_zeros(1, x_LBD.shape[1], self.hidden_size)
            state = zeros_1BD, zeros_1BD
        # What nn.LSTM itself calls: biases, one layer, no dropout between layers, training, one way, length first.
        output_LBD, *after = torch.lstm(x_LBD, state, weights, True, 1, 0.0, True, False, False)
        return output_LBD, (after[0], after[1])


class NormalisedLSTM(nn.Module):
    """An LSTM whose input, hidden and cell terms are layer-normalised (Ba et al. 2016, eq. 20-22).

    (f, i, o, g) = LN(W_h h) + LN(W_x x) + b;  c = σ(f) c + σ(i) tanh(g);  h = σ(o) tanh(LN(c))
    """

    def __init__(self, inputs: int, width: int, drop_recurrent: float = 0.0) -> None:
        super().__init__()
        self.drop_recurrent = drop_recurrent
        self.input = nn.Linear(inputs, 4 * width, bias=False)
        self.hidden = nn.Linear(width, 4 * width, bias=False)
        self.bias_G = nn.Parameter(torch.zeros(4 * width))
        self.input_norm = nn.LayerNorm(4 * width, bias=False)
        self.hidden_norm = nn.LayerNorm(4 * width, bias=False)
        self.cell_norm = nn.LayerNorm(width)

    def forward(self, x_LBD: Tensor, state: CellState) -> tuple[Tensor, CellState]:
        inputs_LBG = self.input_norm(self.input(x_LBD)) + self.bias_G
        hidden_GD = dropout(self.hidden.weight, self.drop_recurrent, self.training)
        weights = Weights(hidden_GD, self.hidden_norm.weight, self.cell_norm.weight, self.cell_norm.bias)
        output_LBD, c_BD = normalised_lstm(inputs_LBG, state[0][0], state[1][0], weights)
        return output_LBD, (output_LBD[-1:], c_BD[None])

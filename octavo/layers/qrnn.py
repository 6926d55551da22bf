"""Stacked quasi-recurrent layers in the place of `nn.LSTM` (Bradbury et al. 2017).

Shapes: L length, B batch, D features, H channels, G gates × channels.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

from octavo.layers.dropout import Dropout
from octavo.layers.qrnn_layer import LayerRun, LayerState, Pooling, QRNNLayer
from octavo.layers.texts import reversed_texts


class QRNNState(NamedTuple):
    """Each layer's pooling state (directions × batch × channels) and last inputs (window - 1 × batch × features)."""

    pool: tuple[Tensor, ...]
    inputs: tuple[Tensor, ...]


class QRNNRun(NamedTuple):
    """The last layer's outputs, ungated states and gates (of its first direction), each layer's last output, state."""

    output_LBH: Tensor
    states_LBH: Tensor
    gates_LBGH: Tensor
    last: tuple[Tensor, ...]
    state: QRNNState


class QRNN(nn.Module):
    """Layers of QRNN, called and returning as `nn.LSTM` does: `output, state = qrnn(input, state)`.

    `window` is one for all layers or one for each. With `dense`, every layer reads the inputs and outputs of all
    before it, and the last one's output alone is the result (2.1). Dropout falls on every output but the last, afresh
    at each position or, if `variational`, on the same features of a whole text (Gal and Ghahramani 2016).
    The state, pooling states and last inputs, lets a text be fed in pieces; only causal layers of one direction
    take one. The second direction starts at each text's true end. See QRNNLayer for `causal` and initial weights.

    >>> qrnn = QRNN(8, 16, num_layers=2)
    >>> output, state = qrnn(torch.zeros(5, 3, 8))
    >>> output.shape, state.pool[0].shape, state.inputs[0].shape
    (torch.Size([5, 3, 16]), torch.Size([1, 3, 16]), torch.Size([1, 3, 8]))
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        *,
        window: int | Sequence[int] = 2,
        pooling: Pooling = "fo",
        zoneout: float = 0.0,
        dense: bool = False,
        causal: bool = True,
        variational: bool = False,
        forget_bias: float = 0.0,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        windows = [window] * num_layers if isinstance(window, int) else list(window)
        if num_layers < 1 or len(windows) != num_layers:
            raise ValueError(f"window {window!r} for {num_layers} layers: give one for all, or one for each")
        self.input_size, self.hidden_size, self.num_layers = input_size, hidden_size, num_layers
        self.batch_first, self.dropout, self.dense = batch_first, dropout, dense
        self.between = Dropout(dropout, variational)
        self.bidirectional, self.causal = bidirectional, causal

        def layers() -> nn.ModuleList:
            return nn.ModuleList(
                QRNNLayer(
                    size, hidden_size, window=own, pooling=pooling, zoneout=zoneout, causal=causal, bias=bias,
                    forget_bias=forget_bias, device=device, dtype=dtype,
                )
                for size, own in zip(self._input_sizes(), windows, strict=True)
            )  # fmt: skip

        self.layers = layers()
        self.backward_layers = layers() if bidirectional else nn.ModuleList()

    def _input_sizes(self) -> list[int]:
        """How many features each layer reads."""
        width = self.hidden_size * (1 + self.bidirectional)
        read = [self.input_size] + [width] * (self.num_layers - 1)
        return [sum(read[: layer + 1]) for layer in range(self.num_layers)] if self.dense else read

    def begin(self, batch: int) -> QRNNState:
        """The state before any text: zeros."""
        pool, inputs = zip(*(layer.begin(batch) for layer in self.layers), strict=True)  # pyrefly: ignore
        return QRNNState(pool, inputs)

    def unroll(
        self,
        x_LBD: Tensor,
        state: QRNNState | None = None,
        lengths_B: Tensor | None = None,
        conditions: Sequence[Tensor | None] | None = None,
    ) -> QRNNRun:
        """Time-major, with all that other parts are built on; `conditions` holds one for each layer (eq. 7)."""
        if state is not None and (self.bidirectional or not self.causal):
            form = "bidirectional" if self.bidirectional else "centred"
            raise ValueError(f"a {form} QRNN reads ahead and cannot go on from a state: give it whole texts")
        conditions = [None] * self.num_layers if conditions is None else conditions
        states = [None] * self.num_layers if state is None else map(LayerState, *state)
        runs = []
        for depth, (before, condition_BG) in enumerate(zip(states, conditions, strict=True)):
            if runs:
                output_LBD = self.between(runs[-1].output_LBH)
                x_LBD = torch.cat([x_LBD, output_LBD], dim=-1) if self.dense else output_LBD
            runs.append(self._run_layer(depth, x_LBD, before, lengths_B, condition_BG))
        final = QRNNState(tuple(run.state.pool_1BH for run in runs), tuple(run.state.inputs_PBD for run in runs))
        top = runs[-1]
        return QRNNRun(top.output_LBH, top.states_LBH, top.gates_LBGH, tuple(run.last_BH for run in runs), final)

    def _run_layer(
        self,
        depth: int,
        x_LBD: Tensor,
        state: LayerState | None,
        lengths_B: Tensor | None,
        condition_BG: Tensor | None,
    ) -> LayerRun:
        """One layer in its directions, the second one over texts turned around."""
        run = self.layers[depth](x_LBD, state, lengths_B, condition_BG)
        if not self.bidirectional:
            return run
        other = self.backward_layers[depth](_turned(x_LBD, lengths_B), None, lengths_B, condition_BG)
        return LayerRun(
            torch.cat([run.output_LBH, _turned(other.output_LBH, lengths_B)], dim=-1),
            torch.cat([run.states_LBH, _turned(other.states_LBH, lengths_B)], dim=-1),
            run.gates_LBGH,
            torch.cat([run.last_BH, other.last_BH], dim=-1),
            LayerState(torch.cat([run.state.pool_1BH, other.state.pool_1BH]), run.state.inputs_PBD),
        )

    def forward(
        self, input: Tensor | PackedSequence, state: QRNNState | None = None
    ) -> tuple[Tensor | PackedSequence, QRNNState]:
        if isinstance(input, PackedSequence):
            return self._forward_packed(input, state)
        if input.dim() not in (2, 3) or input.shape[-1] != self.input_size:
            order = "batch, length" if self.batch_first else "length, batch"
            shapes = f"[{order}, {self.input_size}] or [length, {self.input_size}]"
            raise ValueError(f"input of shape {tuple(input.shape)}: {shapes} is needed")
        if input.dim() == 2:
            run = self.unroll(input[:, None], None if state is None else _map(lambda t: t[:, None], state))
            return run.output_LBH[:, 0], _map(lambda t: t[:, 0], run.state)
        run = self.unroll(input.transpose(0, 1) if self.batch_first else input, state)
        return run.output_LBH.transpose(0, 1) if self.batch_first else run.output_LBH, run.state

    def _forward_packed(self, packed: PackedSequence, state: QRNNState | None) -> tuple[PackedSequence, QRNNState]:
        """Texts of unequal lengths, worked on in the order in which they are packed."""
        x_LBD, lengths_B = pad_packed_sequence(PackedSequence(packed.data, packed.batch_sizes))
        if state is not None and packed.sorted_indices is not None:
            state = _map(lambda t: t.index_select(1, packed.sorted_indices), state)
        run = self.unroll(x_LBD, state, lengths_B.to(x_LBD.device))
        final = run.state
        if packed.unsorted_indices is not None:
            final = _map(lambda t: t.index_select(1, packed.unsorted_indices), final)
        return packed._replace(data=pack_padded_sequence(run.output_LBH, lengths_B).data), final

    def extra_repr(self) -> str:
        return f"{self.input_size}, {self.hidden_size}, num_layers={self.num_layers}, dropout={self.dropout}"


def _map(change: Callable[[Tensor], Tensor], state: QRNNState) -> QRNNState:
    return QRNNState(*(tuple(change(tensor) for tensor in tensors) for tensors in state))


def _turned(x_LBD: Tensor, lengths_B: Tensor | None) -> Tensor:
    return x_LBD.flip(0) if lengths_B is None else reversed_texts(x_LBD, lengths_B)

"""The QRNN writer for one text at a time on CPU: whole stretches as ever, and a token in one fused step.

Shapes: B batch, D features, G gates × channels, H channels, K taps, V vocabulary.
"""

from typing import TypeGuard

import torch
from torch import Tensor

from octavo.interfaces import Condition, State, Writer, Written
from octavo.layers.qrnn import QRNNState
from octavo.layers.qrnn_layer import QRNNLayer
from octavo.ops.streaming import AVAILABLE, Past, Rows, Stream, WeightForm, pack
from octavo.writers.qrnn import QRNNWriter, QRNNWriterState


def can_stream(writer: Writer) -> TypeGuard[QRNNWriter]:
    """Whether the fused step knows all that this writer does: every kind of gates, but no dense layer, no attention."""
    return (
        AVAILABLE
        and isinstance(writer, QRNNWriter)
        and writer.attention is None
        and not writer.qrnn.dense
        and writer.head.weight.device.type == "cpu"
        and writer.head.weight.dtype == torch.float32
    )


class StreamingQRNN(Writer):
    """The same writer: what it begins with and reads is the wrapped one's, what it advances by is the fused step's."""

    def __init__(self, writer: QRNNWriter, form: WeightForm) -> None:
        super().__init__()
        self.writer, self.head = writer, writer.head
        self.stream = Stream([*_layers(writer, form), _output(writer, form)], form)

    def begin(self, condition: Condition, batch: int) -> QRNNWriterState:
        return self.writer.begin(condition, batch)

    def forward(self, inputs_LB: Tensor, state: QRNNWriterState) -> Written:
        return self.writer(inputs_LB, state)

    def advance(self, token_B: Tensor, state: QRNNWriterState) -> tuple[Tensor, State]:
        """One text by the fused step; several side by side share each weight in a matrix product."""
        if len(token_B) > 1:
            return self.writer.advance(token_B, state)
        pasts = [Past(pool_1BH[0, 0], inputs_PBD[:, 0]) for pool_1BH, inputs_PBD in zip(*state.layers, strict=True)]
        conditions = [condition_1BG[0, 0] for condition_1BG in state.conditions]
        logits_V, after = self.stream.step(self.writer.embedding.weight[token_B[0]], pasts, conditions)
        layers = QRNNState(
            tuple(past.pool_H[None, None] for past in after), tuple(past.inputs_PD[:, None] for past in after)
        )
        return logits_V[None], state._replace(layers=layers)


def _layers(writer: QRNNWriter, form: WeightForm) -> list[Rows]:
    packed = []
    for layer in writer.qrnn.layers:
        assert isinstance(layer, QRNNLayer)
        weight_KDGH = layer.weight_KDG.unflatten(-1, (layer.gates, layer.width))
        bias_GH = None if layer.bias_G is None else layer.bias_G.view(layer.gates, layer.width)
        packed.append(pack(weight_KDGH.permute(2, 3, 0, 1), bias_GH, form))
    return packed


def _output(writer: QRNNWriter, form: WeightForm) -> Rows:
    bias_V = writer.head.bias
    return pack(writer.head.weight[None, :, None], None if bias_V is None else bias_V[None], form)

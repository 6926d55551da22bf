"""The QRNN reader: stacked quasi-recurrent layers over a text (Bradbury et al. 2017)."""

from typing import Annotated, Literal

from pydantic import PositiveInt
from torch import Tensor, nn

from octavo.config import Share, Tiny, config
from octavo.interfaces import Alphabet, Reader, Reading
from octavo.layers.dropout import Dropout
from octavo.layers.qrnn import QRNN, QRNNRun
from octavo.layers.qrnn_layer import Pooling
from octavo.layers.texts import reversed_texts


@config
class QRNNReaderConfig:
    """`first_window` is the first layer's, where it differs from the others' `window`.

    `backwards` reads each text from its end; a reader that is not `causal` sees both sides of each position.
    `vectors` names a file of word vectors that training's embedding starts from; a trained reader needs it no more.
    """

    kind: Literal["qrnn"] = "qrnn"
    width: Annotated[PositiveInt, Tiny(16)] = 512
    layers: Annotated[PositiveInt, Tiny(2)] = 2
    embedding: Annotated[PositiveInt, Tiny(16)] = 256
    window: PositiveInt = 2
    first_window: PositiveInt | None = None
    pooling: Pooling = "fo"
    zoneout: Share = 0.0
    dropout: Share = 0.0
    variational: bool = False
    dense: bool = False
    causal: bool = True
    bidirectional: bool = False
    backwards: bool = False
    vectors: str | None = None


class QRNNReader(Reader):
    """Embedding, dropout, layers of QRNN; the summary is the last layer's output at each text's last step."""

    def __init__(self, config: QRNNReaderConfig, alphabet: Alphabet) -> None:
        super().__init__()
        self.width, self.backwards = config.width * (1 + config.bidirectional), config.backwards
        self.embedding = nn.Embedding(alphabet.size, config.embedding)
        self.dropout = Dropout(config.dropout, config.variational)
        first = config.first_window or config.window
        self.qrnn = QRNN(
            config.embedding,
            config.width,
            config.layers,
            dropout=config.dropout,
            bidirectional=config.bidirectional,
            window=[first] + [config.window] * (config.layers - 1),
            pooling=config.pooling,
            zoneout=config.zoneout,
            variational=config.variational,
            dense=config.dense,
            causal=config.causal,
        )

    def forward(self, tokens_LB: Tensor, lengths_B: Tensor) -> Reading:
        run = self._run(tokens_LB, lengths_B)
        return Reading(self._in_order(run.output_LBH, lengths_B), run.last[-1], lengths_B, run.last)

    def hidden(self, tokens_LB: Tensor, lengths_B: Tensor) -> Tensor:
        """What the last layer holds at each position, before its output gate: c_LBD of eq. 4 (Figure 3)."""
        return self._in_order(self._run(tokens_LB, lengths_B).states_LBH, lengths_B)

    def _run(self, tokens_LB: Tensor, lengths_B: Tensor) -> QRNNRun:
        return self.qrnn.unroll(self.dropout(self.embedding(self._in_order(tokens_LB, lengths_B))), lengths_B=lengths_B)

    def _in_order(self, x_LB: Tensor, lengths_B: Tensor) -> Tensor:
        """From the text's order to the reading's, or back."""
        return reversed_texts(x_LB, lengths_B) if self.backwards else x_LB

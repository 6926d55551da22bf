"""The LSTM reader: a text read forwards, or backwards, into a state for each position and a summary."""

from typing import Annotated, Literal

from pydantic import PositiveInt
from torch import Tensor, nn

from octavo.config import Share, Tiny, config
from octavo.interfaces import Alphabet, Reader, Reading
from octavo.layers.dropout import Dropout
from octavo.layers.lstm import LSTMStack
from octavo.layers.texts import last_valid, reversed_texts


@config
class LSTMReaderConfig:
    """`backwards` reads each text from its end, so that the summary has its beginning freshest.

    `vectors` names a file of word vectors that training's embedding starts from; a trained reader needs it no more.
    """

    kind: Literal["lstm"] = "lstm"
    width: Annotated[PositiveInt, Tiny(16)] = 512
    layers: Annotated[PositiveInt, Tiny(2)] = 1
    embedding: Annotated[PositiveInt, Tiny(16)] = 256
    dropout: Share = 0.0
    variational: bool = False
    normalised: bool = False
    drop_recurrent: Share = 0.0
    backwards: bool = True
    dense: bool = False
    vectors: str | None = None


class LSTMReader(Reader):
    """Embedding, dropout, layers of LSTM."""

    def __init__(self, config: LSTMReaderConfig, alphabet: Alphabet) -> None:
        super().__init__()
        self.width, self.backwards = config.width, config.backwards
        self.embedding = nn.Embedding(alphabet.size, config.embedding)
        self.dropout = Dropout(config.dropout, config.variational)
        self.stack = LSTMStack(
            config.embedding,
            config.width,
            config.layers,
            config.dropout,
            config.variational,
            config.normalised,
            config.dense,
            config.drop_recurrent,
        )

    def forward(self, tokens_LB: Tensor, lengths_B: Tensor) -> Reading:
        if self.backwards:
            tokens_LB = reversed_texts(tokens_LB, lengths_B)
        embedded_LBD = self.dropout(self.embedding(tokens_LB))
        layers, _ = self.stack(embedded_LBD, self.stack.begin(tokens_LB.shape[1]))
        summaries = tuple(last_valid(states_LBD, lengths_B) for states_LBD in layers)
        states_LBD = reversed_texts(layers[-1], lengths_B) if self.backwards else layers[-1]
        return Reading(states_LBD, summaries[-1], lengths_B, summaries)

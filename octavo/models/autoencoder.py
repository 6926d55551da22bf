"""The autoencoder: a reader's summary as a writer's condition. Shapes: L length, B batch, Z latent features."""

import dataclasses
from typing import Annotated, Literal

from pydantic import PositiveInt
from torch import Tensor, nn

from octavo.config import Tiny, config
from octavo.interfaces import Alphabet, Batch, Loss, Progress, State, TextModel
from octavo.models.objective import Unit, objective
from octavo.models.reconstruction import Cost
from octavo.models.reconstruction import cost as cost_of
from octavo.readers import ReaderConfig, build_reader
from octavo.readers.lstm import LSTMReaderConfig
from octavo.writers import AnyWriterConfig, build_writer
from octavo.writers.lstm import LSTMWriterConfig


@config
class AutoencoderConfig:
    """`latent` is the vector's width; without it the vector is the reader's summary itself."""

    kind: Literal["autoencoder"] = "autoencoder"
    reader: ReaderConfig = LSTMReaderConfig()
    writer: AnyWriterConfig = LSTMWriterConfig()
    latent: Annotated[PositiveInt | None, Tiny(16)] = None
    unit: Unit = "token"


class Autoencoder(TextModel):
    """A text to a vector and back: z = W r(x), log p(x | z) = Σ_t log p(x_t | x_<t, z), or without x_<t in one shot."""

    def __init__(self, config: AutoencoderConfig, alphabet: Alphabet, labels: int = 0) -> None:
        super().__init__()
        self.unit = config.unit
        self.reader = build_reader(config.reader, alphabet)
        width = config.latent or self.reader.width
        self.bottleneck = nn.Linear(self.reader.width, width) if config.latent else nn.Identity()
        self.writer = build_writer(config.writer, alphabet, condition=width)

    def forward(self, batch: Batch, progress: Progress, carry: State = None) -> Loss:
        cost = self._cost(batch)
        loss = objective(cost.total, cost.nats_LB, batch, self.unit)
        return dataclasses.replace(loss, metrics=loss.metrics | cost.metrics)

    def encode(self, batch: Batch) -> Tensor:
        """The vectors z_BZ."""
        origin = batch.origin
        return self.bottleneck(self.reader(origin.tokens_LB, origin.lengths_B).summary_BD)

    def score(self, batch: Batch, carry: State = None) -> tuple[Tensor, State]:
        """Each token's nats_LB given the text's own vector: the cost of reconstruction, not of the text."""
        return self._cost(batch).nats_LB, None

    def _cost(self, batch: Batch) -> Cost:
        return cost_of(self.writer, self.encode(batch), batch, self.unit)

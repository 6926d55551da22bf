"""The translator: a reader of the source, a writer of the target. Shapes: L length, B batch."""

from typing import Literal

from torch import Tensor

from octavo.config import config
from octavo.interfaces import Alphabet, Batch, Loss, Progress, Reading, State, TextModel
from octavo.models.objective import Unit, objective, text_nats
from octavo.readers import ReaderConfig, build_reader
from octavo.readers.lstm import LSTMReaderConfig
from octavo.writers import WriterConfig, build_writer
from octavo.writers.lstm import LSTMWriterConfig


@config
class TranslatorConfig:
    """Source and target share one alphabet."""

    kind: Literal["translator"] = "translator"
    reader: ReaderConfig = LSTMReaderConfig()
    writer: WriterConfig = LSTMWriterConfig(attention=True)
    unit: Unit = "token"


class Translator(TextModel):
    """log p(y | x) = Σ_t log p(y_t | y_<t, r(x)), r(x) being all that the reader made of the source."""

    def __init__(self, config: TranslatorConfig, alphabet: Alphabet, labels: int = 0) -> None:
        super().__init__()
        self.unit = config.unit
        self.reader = build_reader(config.reader, alphabet)
        self.writer = build_writer(config.writer, alphabet, condition=self.reader.width)

    def forward(self, batch: Batch, progress: Progress, carry: State = None) -> Loss:
        return objective(*self._nats(batch), batch, self.unit)

    def read(self, source: Batch) -> Reading:
        """What a translation is written from."""
        return self.reader(source.tokens_LB, source.lengths_B)

    def score(self, batch: Batch, carry: State = None) -> tuple[Tensor, State]:
        """Each target token's nats_LB, given its source."""
        return self._nats(batch)[1], None

    def _nats(self, batch: Batch) -> tuple[Tensor, Tensor]:
        if batch.source is None:
            raise ValueError("a translator needs pairs: give data.batching.kind pairs and data.files.other")
        state = self.writer.begin(self.read(batch.source), len(batch.lengths_B))
        return text_nats(self.writer.head, self.writer(batch.inputs_LB, state).states_LBD, batch, self.unit)

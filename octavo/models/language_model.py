"""The language model: a writer without a condition. Shapes: L length, B batch."""

from typing import Literal

from pydantic import PositiveFloat
from torch import Tensor, nn

from octavo.config import config
from octavo.interfaces import Alphabet, Batch, Loss, Progress, State, TextModel, detach_state
from octavo.models.objective import Unit, objective, text_nats
from octavo.writers import WriterConfig, build_writer
from octavo.writers.lstm import LSTMWriterConfig
from octavo.writers.sliding import at_any_length


@config
class LanguageModelConfig:
    """`uniform` draws every initial weight from ± that value; without it each part has its own rule."""

    kind: Literal["language_model"] = "language_model"
    writer: WriterConfig = LSTMWriterConfig()
    unit: Unit = "token"
    uniform: PositiveFloat | None = None


class LanguageModel(TextModel):
    """log p(x) = Σ_t log p(x_t | x_<t), the state carried from a window to the one that follows."""

    carries = True

    def __init__(self, config: LanguageModelConfig, alphabet: Alphabet, labels: int = 0) -> None:
        super().__init__()
        self.unit = config.unit
        self.writer = build_writer(config.writer, alphabet)
        if config.uniform is not None:
            for parameter in self.parameters():
                nn.init.uniform_(parameter, -config.uniform, config.uniform)

    def forward(self, batch: Batch, progress: Progress, carry: State = None) -> Loss:
        total, nats_LB, carry = self._nats(batch, carry)
        return objective(total, nats_LB, batch, self.unit, carry=carry)

    def score(self, batch: Batch, carry: State = None) -> tuple[Tensor, State]:
        """Each token's nats_LB, zero where no token is, and the carry for the window that follows."""
        _, nats_LB, carry = self._nats(batch, carry)
        return nats_LB, carry

    def logits(self, batch: Batch) -> Tensor:
        """What is expected at each token, logits_LBV."""
        writer = at_any_length(self.writer)
        return writer.head(writer(batch.inputs_LB, writer.begin(None, len(batch.lengths_B))).states_LBD)

    def condition(self, count: int) -> None:
        """What a new text is written from: nothing."""

    def _nats(self, batch: Batch, carry: State) -> tuple[Tensor, Tensor, State]:
        writer = at_any_length(self.writer)
        goes_on = batch.continues and carry is not None
        state = carry if goes_on else writer.begin(None, len(batch.lengths_B))
        written = writer(batch.inputs_LB, state)
        return *text_nats(writer.head, written.states_LBD, batch, self.unit), detach_state(written.state)

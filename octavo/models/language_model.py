"""The language model: a writer without a condition. Shapes: L length, B batch."""

from typing import Literal

from pydantic import PositiveFloat
from torch import Tensor, nn

from octavo.config import config
from octavo.interfaces import Alphabet, Batch, Loss, Progress, State, TextModel, Written, detach_state
from octavo.models.auxiliary import Auxiliary, AuxiliaryConfig
from octavo.models.objective import Unit, objective, shares, text_nats
from octavo.writers import WriterConfig, build_writer
from octavo.writers.lstm import LSTMWriterConfig
from octavo.writers.sliding import at_any_length


@config
class LanguageModelConfig:
    """`uniform` draws every initial weight from ± that value; without it each part has its own rule.

    Without `carry`, every window of a training is a text of its own: no state is handed on.
    """

    kind: Literal["language_model"] = "language_model"
    writer: WriterConfig = LSTMWriterConfig()
    unit: Unit = "token"
    uniform: PositiveFloat | None = None
    carry: bool = True
    auxiliary: AuxiliaryConfig = AuxiliaryConfig()


class LanguageModel(TextModel):
    """log p(x) = Σ_t log p(x_t | x_<t), the state carried from a window to the one that follows.

    In training the auxiliary predictions' nats are added; the count that will divide stays that of the tokens.
    """

    carries = True
    training_only = ("auxiliary",)

    def __init__(self, config: LanguageModelConfig, alphabet: Alphabet, labels: int = 0) -> None:
        super().__init__()
        self.unit, self.hands_on = config.unit, config.carry
        self.further = config.auxiliary.targets - 1
        self.writer = build_writer(config.writer, alphabet)
        predictions = config.auxiliary.predictions(len(self.writer.inner_widths))
        self.auxiliary = Auxiliary(predictions, self.writer, alphabet) if predictions else None
        if config.uniform is not None:
            for parameter in self.parameters():
                nn.init.uniform_(parameter, -config.uniform, config.uniform)

    def forward(self, batch: Batch, progress: Progress, carry: State = None) -> Loss:
        written = self._written(batch, carry)
        total, nats_LB = text_nats(self.writer.head, written.states_LBD, batch, self.unit, further=self.further)
        if self.auxiliary is not None and self.training:
            total = total + self.auxiliary(written, batch, shares(batch, self.unit, further=self.further), progress)
        hands_on = self.hands_on or not self.training
        return objective(total, nats_LB, batch, self.unit, detach_state(written.state) if hands_on else None)

    def settle(self, progress: Progress) -> bool:
        """Auxiliary heads that are over learn no more."""
        return self.auxiliary is not None and self.auxiliary.settle(progress)

    def score(self, batch: Batch, carry: State = None) -> tuple[Tensor, State]:
        """Each token's nats_LB, zero where no token is, and the carry for the window that follows."""
        written = self._written(batch, carry)
        _, nats_LB = text_nats(self.writer.head, written.states_LBD, batch, self.unit)
        return nats_LB, detach_state(written.state)

    def logits(self, batch: Batch) -> Tensor:
        """What is expected at each token, logits_LBV."""
        writer = at_any_length(self.writer)
        return writer.head(writer(batch.inputs_LB, writer.begin(None, len(batch.lengths_B))).states_LBD)

    def condition(self, count: int) -> None:
        """What a new text is written from: nothing."""

    def _written(self, batch: Batch, carry: State) -> Written:
        writer = at_any_length(self.writer)
        goes_on = batch.continues and carry is not None
        return writer(batch.inputs_LB, carry if goes_on else writer.begin(None, len(batch.lengths_B)))

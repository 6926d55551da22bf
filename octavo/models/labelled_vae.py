"""The semi-supervised VAE: some texts have labels, most have none (Kingma et al. 2014; Yang et al. 2017, §2.4).

Shapes: B batch, C classes.
"""

import math
from typing import Annotated, Literal

import torch
import torch.nn.functional as F
from pydantic import PositiveInt
from torch import Tensor

from octavo.config import Share, Tiny, config
from octavo.interfaces import Alphabet, Batch, Loss, Mean, Progress, State
from octavo.models.discrete_vae import NEVER, DiscreteVAE, Expectation
from octavo.readers import ReaderConfig
from octavo.readers.lstm import LSTMReaderConfig
from octavo.schedules import Amount, Constant, Ramp, Temperature, Weight
from octavo.writers import AnyWriterConfig
from octavo.writers.lstm import LSTMWriterConfig

# Two layers of perceptron make q(y | x), two more q(z | x, y); the draw of a label sharpens as training goes on.
HIDDEN = 512
SHARPENING = Ramp(start=1.0, end=0.2, until=1.0, unit="share")


@config
class LabelledVAEConfig:
    """`alpha` weighs log q(y | x) of the labelled, beside bounds of hundreds of nats; `hidden` is of both MLPs;
    `dropout` falls on the summary that labels are told from.

    `expectation` is over the labels that are not known: at one draw by Gumbel-softmax, whose `temperature` is annealed,
    or the sum over all classes, which costs as many decodings. `kl_weight` is of z's KL, of which `free_bits` nats a
    dimension, or `target` nats of the whole, cost nothing, as in VAEConfig.
    """

    kind: Literal["labelled_vae"] = "labelled_vae"
    reader: ReaderConfig = LSTMReaderConfig(backwards=False)
    writer: AnyWriterConfig = LSTMWriterConfig()
    latent: Annotated[PositiveInt, Tiny(4)] = 32
    hidden: Annotated[PositiveInt, Tiny(16)] = HIDDEN
    dropout: Share = 0.0
    alpha: Amount = 50.0
    expectation: Expectation = "gumbel"
    temperature: Temperature = SHARPENING
    kl_weight: Weight = Constant(value=1.0)
    free_bits: Amount = 0.0
    target: Amount = 0.0


class LabelledVAE(DiscreteVAE):
    """J = mean of L(x, y) + log p(y) + α log q(y | x) over labelled texts + mean of U(x) over the others.

    The means are apart where the batches weigh their texts so. A measure takes U(x) of all texts: a bound may not know
    the label.
    """

    def __init__(self, config: LabelledVAEConfig, alphabet: Alphabet, labels: int) -> None:
        if labels < 2:
            raise ValueError(f"a labelled VAE needs two labels or more, the data has {labels}: name data.files.label")
        super().__init__(config, alphabet, labels)
        self.alpha = config.alpha

    def forward(self, batch: Batch, progress: Progress, carry: State = None) -> Loss:
        summary_BD, log_BC = self.read_labels(batch)
        known_B, label_B = self._known(batch)
        weight_B = torch.ones_like(log_BC[:, 0]) if batch.weights_B is None else batch.weights_B.to(log_BC.dtype)
        told_B = known_B & self.training
        one_BC = F.one_hot(label_B, self.classes).to(log_BC.dtype)
        bound = self.expected(
            batch, summary_BD, torch.where(told_B[:, None], NEVER * (1 - one_BC), log_BC), weight_B, progress
        )
        label_kl_B = torch.where(told_B, math.log(self.classes), self.label_kl(log_BC))
        wrong_B = -(log_BC * one_BC).sum(-1) * known_B
        objective = bound.total + (weight_B * (label_kl_B + self.alpha * wrong_B)).sum()
        # Where texts weigh, the labelled weigh 1: their number turns both sums into means.
        count = len(known_B) if batch.weights_B is None else known_B.sum()
        right_B = (log_BC.argmax(-1) == label_B) & known_B
        metrics = {
            "accuracy": Mean(right_B.sum(), known_B.sum()),
            "label_nats": Mean(wrong_B.detach().sum(), known_B.sum()),
        }
        return Loss(Mean(objective, count), self.reported(batch, bound, label_kl_B, log_BC) | metrics)

    def classify(self, batch: Batch) -> Tensor:
        """log q(y | x) for every label, log_BC."""
        return self.read_labels(batch)[1]

    def _known(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Which texts have a label, and each one's, 0 standing for none."""
        if batch.labels_B is None:
            nothing_B = torch.zeros_like(batch.lengths_B)
            return nothing_B.bool(), nothing_B
        return batch.labels_B >= 0, batch.labels_B.clamp(min=0)

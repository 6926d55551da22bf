"""The same model without any labels: each text finds a class of its own (Yang et al. 2017, eq. 5). Shape: B batch."""

from typing import Annotated, Literal

import torch
from pydantic import Field, PositiveInt
from torch import Tensor

from octavo.config import Share, Tiny, config
from octavo.interfaces import Alphabet, Batch, Loss, Mean, Progress, State
from octavo.models.discrete_vae import DiscreteVAE, Expectation
from octavo.models.labelled_vae import HIDDEN, SHARPENING
from octavo.readers import ReaderConfig
from octavo.readers.lstm import LSTMReaderConfig
from octavo.schedules import Amount, Constant, Temperature, Weight
from octavo.writers import AnyWriterConfig
from octavo.writers.lstm import LSTMWriterConfig


@config
class ClusteringVAEConfig:
    """`clusters` classes; below `floor` nats (γ) the KL of a text's class costs nothing.

    The rest is as LabelledVAEConfig's.
    """

    kind: Literal["clustering_vae"] = "clustering_vae"
    reader: ReaderConfig = LSTMReaderConfig(backwards=False)
    writer: AnyWriterConfig = LSTMWriterConfig()
    clusters: Annotated[int, Field(ge=2), Tiny(4)] = 10
    floor: Amount = 1.0
    latent: Annotated[PositiveInt, Tiny(4)] = 32
    hidden: Annotated[PositiveInt, Tiny(16)] = HIDDEN
    dropout: Share = 0.0
    expectation: Expectation = "gumbel"
    temperature: Temperature = SHARPENING
    kl_weight: Weight = Constant(value=1.0)
    free_bits: Amount = 0.0
    target: Amount = 0.0


class ClusteringVAE(DiscreteVAE):
    """J = E[−log p(x | y, z) + w KL(q(z | x, y) ‖ N(0, 1))] + max(γ, KL(q(y | x) ‖ p(y))), a mean over texts."""

    def __init__(self, config: ClusteringVAEConfig, alphabet: Alphabet, labels: int = 0) -> None:
        super().__init__(config, alphabet, config.clusters)
        self.floor = config.floor

    def forward(self, batch: Batch, progress: Progress, carry: State = None) -> Loss:
        summary_BD, log_BC = self.read_labels(batch)
        bound = self.expected(batch, summary_BD, log_BC, torch.ones_like(log_BC[:, 0]), progress)
        label_kl_B = self.label_kl(log_BC)
        objective = bound.total + label_kl_B.clamp(min=self.floor).sum()
        return Loss(Mean(objective, len(label_kl_B)), self.reported(batch, bound, label_kl_B, log_BC))

    def assign(self, batch: Batch) -> Tensor:
        """log q(y | x) for every cluster, log_BC."""
        return self.read_labels(batch)[1]

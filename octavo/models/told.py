"""A VAE of a label and a Gaussian whose label is told: what is measured of a VAE can be measured of it.

Shapes: L length, B batch, C classes, Z latent features.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from octavo.interfaces import Batch
from octavo.layers.latent import Gaussian
from octavo.models.discrete_vae import DiscreteVAE
from octavo.models.reconstruction import cost


class Told:
    """q(z | x, y) and p(x | y, z) at one label for all texts or, without one, at each text's likeliest."""

    def __init__(self, model: DiscreteVAE, label: int | None = None) -> None:
        self.model, self.label = model, label

    def posterior(self, batch: Batch) -> Gaussian:
        summary_BD, log_BC = self.model.read_labels(batch)
        return self.model.given_label(summary_BD, self._one_hot(log_BC))

    def given(self, batch: Batch, z_BZ: Tensor) -> Tensor:
        """−log p(x_t | x_<t, y, z), nats_LB: zero where no token is."""
        y_BC = self._one_hot(self.model.read_labels(batch)[1])
        return cost(self.model.writer, torch.cat([z_BZ, y_BC.to(z_BZ.dtype)], -1), batch).nats_LB

    def _one_hot(self, log_BC: Tensor) -> Tensor:
        label_B = log_BC.argmax(-1) if self.label is None else torch.full_like(log_BC[:, 0], self.label).long()
        return F.one_hot(label_B, self.model.classes).to(log_BC.dtype)

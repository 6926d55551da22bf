"""What is behind a text once its label is told: what is measured of a VAE can be measured of one with labels.

Shapes: L length, B batch, C classes, D features, Z latent features.
"""

from collections.abc import Callable
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor

from octavo.interfaces import Batch, TextModel
from octavo.layers.latent import Gaussian, Latent
from octavo.models.discrete_vae import DiscreteVAE
from octavo.models.reconstruction import cost


def posterior_of(model: TextModel) -> Callable[[Batch], Gaussian] | None:
    """q(z | x), at each text's likeliest label where texts have one; of a model without z nothing."""
    if isinstance(model, DiscreteVAE):
        return partial(at_likeliest_label, model)
    return getattr(model, "posterior", None)


def at_likeliest_label(model: DiscreteVAE, batch: Batch) -> Gaussian:
    """q(z | x, y) at each text's likeliest y."""
    summary_BD, log_BC = model.read_labels(batch)
    return model.given_label(summary_BD, F.one_hot(log_BC.argmax(-1), model.classes).to(log_BC.dtype))


def at_each_label(model: DiscreteVAE, batch: Batch) -> tuple[Tensor, list[Latent]]:
    """log q(y | x) of every label, log_BC, and what is behind the texts given each, from one reading of them."""
    summary_BD, log_BC = model.read_labels(batch)
    labels_BC = [one_C.expand_as(log_BC) for one_C in torch.eye(model.classes).to(log_BC)]
    return log_BC, [
        Latent(model.given_label(summary_BD, y_BC), partial(_given, model, batch, y_BC)) for y_BC in labels_BC
    ]


def _given(model: DiscreteVAE, batch: Batch, y_BC: Tensor, z_BZ: Tensor) -> Tensor:
    """−log p(x_t | x_<t, y, z), nats_LB: zero where no token is."""
    return cost(model.writer, torch.cat([z_BZ, y_BC.to(z_BZ.dtype)], -1), batch).nats_LB

"""Shapes: B batch, C classes."""

import math

import pytest
import torch
from torch import Tensor

from octavo.evaluation.likelihood import Scale, readable
from octavo.interfaces import Mean, Progress
from octavo.models.clustering_vae import ClusteringVAE, ClusteringVAEConfig
from octavo.readers.lstm import LSTMReaderConfig
from octavo.writers.dilated import DilatedWriterConfig
from tests.batches import DOCUMENTS, batch_of, rows_of


def model_of(floor: float) -> ClusteringVAE:
    torch.manual_seed(0)
    config = ClusteringVAEConfig(
        reader=LSTMReaderConfig(width=6, embedding=4, backwards=False),
        writer=DilatedWriterConfig(width=6, inner=4, embedding=4, dilations=(1,)),
        clusters=3,
        floor=floor,
        latent=2,
        hidden=5,
        expectation="exact",
    )
    model = ClusteringVAE(config, DOCUMENTS).double().eval()
    for weight in model.parameters():
        weight.data.normal_(0, 0.7)
    return model


def gradient_of(total: Tensor, model: ClusteringVAE) -> Tensor:
    return torch.cat([part.flatten() for part in torch.autograd.grad(total, list(model.guess.parameters()))])


def test_below_the_floor_a_texts_class_has_no_gradient_and_above_it_its_own() -> None:
    batch = batch_of()
    kl_B = model_of(0.0).label_kl(model_of(0.0).read_labels(batch)[1]).detach()
    lowest, middle = kl_B.sort().values[:2].tolist()
    floor = (lowest + middle) / 2
    gradients = {}
    for name, value in {"none": 0.0, "some": floor, "all": math.log(3) + 0.1}.items():
        model = model_of(value)
        gradients[name] = gradient_of(model(batch, Progress()).objective.total, model)
    model = model_of(0.0)
    own_B = model.label_kl(model.read_labels(batch)[1])
    torch.testing.assert_close(gradients["none"] - gradients["all"], gradient_of(own_B.sum(), model))
    model = model_of(0.0)
    own_B = model.label_kl(model.read_labels(batch)[1])
    torch.testing.assert_close(gradients["some"] - gradients["all"], gradient_of(own_B[kl_B > floor].sum(), model))


def test_the_floor_is_of_each_text_and_not_of_their_mean() -> None:
    batch, free = batch_of(), model_of(0.0)
    with torch.no_grad():
        kl_B = free.label_kl(free.read_labels(batch)[1])
        floor = float(kl_B.mean())
        whole = model_of(floor)(batch, Progress()).objective.total
        apart = sum(model_of(floor)(rows_of(batch, [row]), Progress()).objective.total for row in range(4))
        paid = whole - free(batch, Progress()).objective.total
    torch.testing.assert_close(whole, apart)
    torch.testing.assert_close(paid, (kl_B.clamp(min=floor) - kl_B).sum())
    assert kl_B.min() < floor < kl_B.max()


def test_labels_are_not_looked_at() -> None:
    batch = batch_of()
    hidden = batch.map(lambda tensor: tensor)
    object.__setattr__(hidden, "labels_B", None)
    with torch.no_grad():
        one, other = (model_of(0.5)(texts, Progress()) for texts in (batch, hidden))
    assert one.objective.value == other.objective.value
    assert one.metrics.keys() == other.metrics.keys()


@pytest.mark.parametrize(("totals", "entropy"), [((4.0, 0.0), 0.0), ((2.0, 2.0), math.log(2))])
def test_a_collapse_into_one_class_shows_in_the_entropy_of_the_mean(
    totals: tuple[float, float], entropy: float
) -> None:
    """Each text's KL is log C for any assignment that is sure, whichever it is."""
    shares = {f"share_of_class/{number}": Mean(total, 4) for number, total in enumerate(totals)}
    assert readable(shares, Scale("byte", 1.0, 1.0)) == {"assignment_entropy": (pytest.approx(entropy), "nats")}

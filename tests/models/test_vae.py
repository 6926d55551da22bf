"""Shapes: L length, B batch, Z latent features."""

from typing import Any

import pytest
import torch

from octavo.interfaces import Progress, Writer
from octavo.layers.latent import noise_of
from octavo.models.vae import VAE, VAEConfig
from octavo.ops.losses import gaussian_kl
from octavo.readers.lstm import LSTMReaderConfig
from octavo.schedules import Constant, Cyclical, Drop, Ramp
from octavo.writers.hybrid import HybridWriterConfig
from octavo.writers.lstm import LSTMWriterConfig
from octavo.writers.tops import LSTMTopConfig
from tests.asking import assert_same, exactly, measured, without_gradient
from tests.batches import DOCUMENTS, batch_of, rows_of


def vae(**changes: Any) -> VAE:
    torch.manual_seed(0)
    parts: dict[str, Any] = {
        "reader": LSTMReaderConfig(width=8, embedding=6),
        "writer": LSTMWriterConfig(width=7, embedding=6),
    }
    return VAE(VAEConfig(**parts | changes, latent=3), DOCUMENTS)


@torch.no_grad()
def test_kl_and_reconstruction_are_sums_of_a_text_averaged_over_texts() -> None:
    model, batch = exactly(vae()), batch_of()
    posterior = model.posterior(batch)
    z_BZ = posterior.at(noise_of(batch, 3)[0])
    assert isinstance(model.writer, Writer)
    log_LBV = model.writer.head(model.writer(batch.inputs_LB, model.writer.begin(z_BZ, 4)).states_LBD).log_softmax(-1)
    nats_LB = -log_LBV.gather(-1, batch.tokens_LB[..., None])[..., 0] * batch.valid_LB
    kl_B = 0.5 * (posterior.mean_BZ**2 + posterior.log_variance_BZ.exp() - 1 - posterior.log_variance_BZ).sum(-1)
    figures = measured(model, batch)
    assert figures["reconstruction"].value == pytest.approx(float(nats_LB.sum(0).mean()))
    assert figures["kl"].value == pytest.approx(float(kl_B.mean()))
    assert figures["objective"].value == pytest.approx(float((nats_LB.sum(0) + kl_B).mean()))
    assert figures["nats"].value == pytest.approx(float((nats_LB.sum() + kl_B.sum()) / batch.lengths_B.sum()))


@pytest.mark.parametrize("weight", [Constant(value=0.0), Constant(value=0.3), Ramp(until=10), Cyclical(cycles=2)])
def test_the_bound_reported_has_weight_one_whatever_the_objective_has(weight: Any) -> None:
    plain, weighted, batch = exactly(vae()), exactly(vae(kl_weight=weight, free_bits=0.2)), batch_of()
    assert measured(weighted, batch)["nats"] == measured(plain, batch)["nats"]


def test_the_weight_follows_its_schedule_in_training_and_is_the_last_in_evaluation() -> None:
    model = vae(kl_weight=Ramp(until=10))
    assert [model.train().weight(Progress(step=step)) for step in (0, 5, 20)] == [0.0, 0.5, 1.0]
    assert [model.eval().weight(Progress(step=step)) for step in (0, 5, 20)] == [1.0, 1.0, 1.0]
    model = vae(kl_weight=Constant(value=0.0))
    assert model.eval().weight(Progress()) == 0.0


def test_free_bits_cost_nothing_and_pull_at_nothing() -> None:
    batch = batch_of()
    for changes in ({"free_bits": 5.0}, {"target": 15.0}):
        model = exactly(vae(**changes))
        loss, figures = model(batch, Progress()), measured(model, batch)
        assert_same(loss.objective.value, figures["reconstruction"].value + 3 * 5.0)
    gradients = [
        torch.autograd.grad(m(batch, Progress()).objective.total, list(m.writer.parameters()))
        for m in (model, exactly(vae()))
    ]
    assert all(torch.equal(one, other) for one, other in zip(*gradients, strict=True))
    kl_BZ = gaussian_kl(*model.posterior(batch))
    assert not torch.autograd.grad(kl_BZ.clamp(min=5.0).sum(), model.head.output.weight)[0].any()


def test_the_reader_alone_learns_in_all_updates_but_the_first_of_each_round() -> None:
    model, batch = vae(alone=Drop(value=2.0, at=0.5)), batch_of()
    learns = []
    for step in range(7):
        model.zero_grad()
        model(batch, Progress(step, step, step / 8)).objective.total.backward()
        assert not [name for name in without_gradient(model) if not name.startswith("writer.")]
        learns.append(all(weight.grad is not None for weight in model.writer.parameters()))
        assert learns[-1] or all(weight.grad is None for weight in model.writer.parameters())
    assert learns == [True, False, False, True, True, True, True]


def test_training_draws_anew_and_evaluation_does_not() -> None:
    model, batch = vae(), batch_of()
    model.train()
    assert measured(model, batch)["reconstruction"] != measured(model, batch)["reconstruction"]
    model.eval()
    whole = measured(model, batch)
    assert measured(model, batch) == whole
    alone = [measured(model, rows_of(batch, [row]))["reconstruction"].total for row in range(4)]
    assert sum(alone) == pytest.approx(whole["reconstruction"].total, rel=1e-5)


def test_a_vector_is_the_posteriors_mean_and_a_condition_a_draw_from_the_prior() -> None:
    model, batch = vae().eval(), batch_of()
    assert torch.equal(model.encode(batch), model.posterior(batch).mean_BZ)
    z_BZ = torch.cat([model.condition(1000), model.condition(1000)])
    assert z_BZ.shape == (2000, 3)
    assert abs(float(z_BZ.mean())) < 0.05
    assert abs(float(z_BZ.var()) - 1) < 0.1


def test_a_plan_is_weighed_in_the_objective_and_not_in_the_bound() -> None:
    writer = HybridWriterConfig(embedding=6, canvas=16, maps=(9, 8), top=LSTMTopConfig(width=8))
    batch = batch_of()
    model = exactly(vae(writer=writer, plan=0.3))
    figures = measured(model, batch)
    wanted = figures["reconstruction"].total + figures["kl"].total
    assert figures["nats"].total == pytest.approx(wanted)
    assert figures["objective"].total == pytest.approx(wanted + 0.3 * figures["plan"].total)
    with pytest.raises(ValueError, match="has no plan"):
        vae(plan=0.3)

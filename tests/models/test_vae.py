"""Shapes: L length, B batch, Z latent features."""

from typing import Any

import pytest
import torch

from octavo.evaluation.latent import behind, importance_weighted, log_weights
from octavo.generation.sampling import SamplingConfig, generate
from octavo.interfaces import Alphabet, Batch, Progress, Writer
from octavo.layers.latent import noise_of, standard_log_density
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
    learns, changes = [], []
    for step in range(7):
        model.zero_grad()
        changes.append(model.settle(Progress(step, step, step / 8)))
        model(batch, Progress(step, step, step / 8)).objective.total.backward()
        assert not [name for name in without_gradient(model) if not name.startswith("writer.")]
        learns.append(all(weight.grad is not None for weight in model.writer.parameters()))
        assert learns[-1] or all(weight.grad is None for weight in model.writer.parameters())
    assert learns == [True, False, False, True, True, True, True]
    assert changes == [False, True, False, True, False, False, False]


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
    with pytest.raises(ValueError, match="has no inner activations"):
        vae(plan=0.3)


@torch.no_grad()
def test_the_bound_is_under_the_likelihood_that_quadrature_finds() -> None:
    """p(x) = ∫ p(x | z) N(z; 0, 1) dz on a grid, for texts of two words and a z of one dimension."""
    torch.manual_seed(0)
    parts: dict[str, Any] = {
        "reader": LSTMReaderConfig(width=4, embedding=3),
        "writer": LSTMWriterConfig(width=4, embedding=3),
    }
    model = exactly(VAE(VAEConfig(**parts, latent=1), Alphabet(4, 2, 3)))
    for weight in model.writer.parameters():
        weight.mul_(3)
    for weight in model.head.parameters():
        weight.mul_(0.1)
    tokens_LB = torch.tensor([[0, 0, 1, 1], [0, 1, 0, 1], [3, 3, 3, 3]])
    batch = Batch(tokens_LB, torch.full((4,), 3), torch.full((4,), 2))
    grid_K = torch.linspace(-8, 8, 401, dtype=torch.float64)
    nats_KB = torch.stack([model.given(batch, z.expand(4, 1)).sum(0) for z in grid_K])
    area = grid_K[1] - grid_K[0]
    exact_B = -(standard_log_density(grid_K[:, None])[:, None] - nats_KB).logsumexp(0) - area.log()
    log_KB, _ = log_weights(behind(model, batch), batch, draws=400)
    assert (-log_KB.mean(0) > exact_B).all()
    torch.testing.assert_close(importance_weighted(log_KB), exact_B, atol=0.1, rtol=0)


@torch.no_grad()
def test_greedy_writing_from_a_vector_is_the_same_alone_and_in_company() -> None:
    model = vae().eval()
    assert isinstance(model.writer, Writer)
    writer, z_BZ, options = model.writer, 3 * model.condition(6), SamplingConfig(do_sample=False, max_new_tokens=12)

    def written(rows: list[int]) -> list[list[int]]:
        made = generate(writer, z_BZ[rows], [[]] * len(rows), DOCUMENTS, options, bytes)
        return [one.ids for one in made]

    together = written([*range(6)])
    assert together == [written([row])[0] for row in range(6)]
    assert len({tuple(ids) for ids in together}) > 1

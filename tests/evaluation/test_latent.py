"""Shapes: B batch, N texts, Z latent features, K draws, G groups."""

import math
import re
from typing import Any

import pytest
import torch
from torch import Tensor

from octavo.evaluation.latent import (
    Posteriors,
    active_units,
    behind,
    bounds,
    bounds_over_labels,
    collapse,
    described,
    importance_weighted,
    information,
    latent_sums,
    log_weights,
    named_bounds,
    posteriors,
    remedies,
)
from octavo.evaluation.likelihood import Scale, readable
from octavo.interfaces import Batch, Mean
from octavo.layers.latent import Gaussian, Latent
from octavo.models.vae import VAE, VAEConfig
from octavo.ops.losses import gaussian_kl
from octavo.readers.lstm import LSTMReaderConfig
from octavo.recipe import fields
from octavo.recipes import recipe
from octavo.writers.lstm import LSTMWriterConfig
from tests.asking import exactly, measured
from tests.batches import DOCUMENTS, batch_of, rows_of

CPU = torch.device("cpu")


def vae() -> VAE:
    torch.manual_seed(0)
    reader, writer = LSTMReaderConfig(width=8, embedding=6), LSTMWriterConfig(width=7, embedding=6)
    model = exactly(VAE(VAEConfig(reader=reader, writer=writer, latent=3), DOCUMENTS))
    with torch.no_grad():
        model.head.output.weight.mul_(4)
    return model


def drawn(spread: float, noise: float, texts: int = 2000) -> Posteriors:
    """A linear Gaussian case: μ ~ N(0, spread²), z ~ N(μ, noise²), so that z ~ N(0, spread² + noise²)."""
    chance = torch.Generator().manual_seed(0)
    mean_NZ, noise_NZ = torch.randn(2, texts, 1, generator=chance, dtype=torch.float64)
    gaussian = Gaussian(spread * mean_NZ, torch.full_like(mean_NZ, 2 * math.log(noise)))
    return Posteriors(gaussian, gaussian.at(noise_NZ))


@pytest.mark.parametrize(("spread", "noise"), [(0.8, 0.6), (0.5, 0.7), (1.0, 0.5), (0.0, 1.0)])
def test_information_of_gaussians_is_what_the_closed_form_says(spread: float, noise: float) -> None:
    """I = ½ log(1 + s²/n²);  KL(N(0, v) ‖ N(0, 1)) = ½ (v − 1 − log v), v = s² + n²."""
    texts, v = drawn(spread, noise), spread**2 + noise**2
    found = information(texts)
    assert found.mutual_information == pytest.approx(0.5 * math.log(1 + spread**2 / noise**2), abs=0.05)
    assert found.aggregate_kl == pytest.approx(0.5 * (v - 1 - math.log(v)), abs=0.05)
    kl = float(gaussian_kl(*texts.gaussian).mean())
    assert sum(found) == pytest.approx(kl, abs=0.05)


def test_information_cannot_exceed_what_tells_texts_apart() -> None:
    mean_NZ = torch.arange(8, dtype=torch.float64)[:, None] * 1e3
    sharp = Posteriors(Gaussian(mean_NZ, torch.full_like(mean_NZ, -10.0)), mean_NZ)
    assert information(sharp).mutual_information == pytest.approx(math.log(8))


def test_a_unit_is_active_where_its_mean_varies() -> None:
    mean_NZ = torch.tensor([[0.0, 0.0, 5.0], [0.3, 0.05, 5.0]])
    assert active_units(mean_NZ) == 1
    assert active_units(mean_NZ[:1]) == 0


@torch.no_grad()
def test_on_the_same_draws_the_weighted_bound_is_the_tighter_and_more_draws_tighten_it() -> None:
    log_KB, _ = log_weights(behind(vae(), batch_of()), batch_of(), draws=12)
    elbo_B = -log_KB.mean(0)
    groups_GB = torch.stack([importance_weighted(group) for group in log_KB.split(4)])
    whole_B = importance_weighted(log_KB)
    assert (whole_B < groups_GB.mean(0)).all()
    assert (groups_GB < torch.stack([-group.mean(0) for group in log_KB.split(4)])).all()
    assert (whole_B < elbo_B).all()
    torch.testing.assert_close(importance_weighted(log_KB[:1]), -log_KB[0])


@torch.no_grad()
def test_a_weight_is_what_its_densities_say() -> None:
    model, batch = vae(), batch_of()
    log_KB, nats_KB = log_weights(behind(model, batch), batch, draws=2)
    some = rows_of(batch, [2, 0])
    again_KB, _ = log_weights(behind(model, some), some, draws=1)
    torch.testing.assert_close(again_KB[0], log_KB[0, [2, 0]])
    mean_BZ, log_variance_BZ = model.posterior(batch)
    kl_KB = -log_KB - nats_KB
    many_KB, many_nats_KB = log_weights(behind(model, batch), batch, draws=600)
    sampled_B = (-many_KB - many_nats_KB).mean(0)
    torch.testing.assert_close(sampled_B, gaussian_kl(mean_BZ, log_variance_BZ).sum(-1), atol=0.3, rtol=0)
    assert kl_KB.isfinite().all()


class Quadrature:
    """p(x | z) = N(x; z, 1), p(z) = N(0, 1), and a posterior that is not the true one, as a model of one number."""

    def posterior(self, batch: Batch) -> Gaussian:
        x_B1 = batch.tokens_LB[0].double()[:, None]
        return Gaussian(0.3 * x_B1, torch.zeros_like(x_B1))

    def given(self, batch: Batch, z_BZ: Tensor) -> Tensor:
        return 0.5 * ((batch.tokens_LB[0] - z_BZ[:, 0]) ** 2 + math.log(2 * math.pi))[None]


def test_the_weighted_bound_comes_to_the_likelihood_itself() -> None:
    """p(x) = N(x; 0, 2): the bound is above −log p(x), and 600 draws are as good as there."""
    tokens_LB = torch.tensor([[0, 1, 2]])
    batch = Batch(tokens_LB, torch.ones(3, dtype=torch.long), torch.zeros(3, dtype=torch.long))
    model: Any = Quadrature()
    found = bounds(model, [batch], CPU, draws=600)
    exact = sum(0.5 * (x**2 / 2 + math.log(2 * math.pi * 2)) for x in (0, 1, 2))
    assert found.importance_weighted.total == pytest.approx(exact, abs=0.1)
    assert found.reconstruction.total + found.kl.total > exact + 0.3


def test_bounds_add_up_and_agree_with_the_metrics() -> None:
    model, batch = vae(), batch_of()
    halves = [rows_of(batch, [0, 3]), rows_of(batch, [1, 2])]
    whole, parts = bounds(model, [batch], CPU, 5), bounds(model, halves, CPU, 5)
    assert whole.tokens == parts.tokens == 18
    for one, other in zip(whole[:3], parts[:3], strict=True):
        assert one == pytest.approx(other)
    once = bounds(model, [batch], CPU, 1)
    figures = measured(model, batch)
    assert once.reconstruction == pytest.approx(figures["reconstruction"])
    assert once.kl == pytest.approx(figures["kl"])


def test_however_many_draws_a_text_is_read_once() -> None:
    model, readings = vae(), []
    model.reader.register_forward_hook(lambda *called: readings.append(called))
    bounds(model, [batch_of(), batch_of()], CPU, draws=5)
    assert len(readings) == 2


def test_each_bound_is_named_for_what_it_is() -> None:
    model, batch = vae(), batch_of()
    found = bounds(model, [batch], CPU, 5)
    named = named_bounds(found, Scale("word", 4.0, 1.0), 5)
    elbo, weighted = found.reconstruction.total + found.kl.total, found.importance_weighted.total
    assert named["bound_texts"] == 4
    assert named["nats_elbo"] == pytest.approx(elbo / 4)
    assert named["perplexity_elbo"] == pytest.approx(math.exp(elbo / 18))
    assert named["perplexity_iw_5"] == pytest.approx(math.exp(weighted / 18))
    assert named["bits_per_byte_iw_5"] == pytest.approx(weighted / math.log(2) / 72)


def test_what_is_described_is_of_a_fixed_set_of_texts() -> None:
    model, batch = vae(), batch_of()
    texts = posteriors(model.posterior, [batch], CPU)
    figures = described(texts)
    assert (figures["latent_texts"], figures["latent_units"]) == (4, 3)
    assert sum(figures["kl_per_unit"]) == pytest.approx(measured(model, batch)["kl"].value, abs=1e-3)
    assert figures == described(posteriors(model.posterior, [batch], CPU))
    assert figures["mutual_information"] <= math.log(4)


@pytest.mark.parametrize(
    ("kl", "active", "weight", "words"),
    [
        (0.02, 0, 0.3, "no unit is active"),
        (4.0, 0, 1.0, "no unit is active"),
        (0.05, 2, 1.0, "hardly used"),
        (0.05, 2, 0.5, None),
        (3.0, 2, 1.0, None),
    ],
)
def test_a_collapse_is_put_into_words(kl: float, active: int, weight: float, words: str | None) -> None:
    said = collapse({"kl": Mean(kl, 1), "active_units": Mean(active, 1)}, weight, {})
    assert [line for line in said if words and words in line and "--init-reader" in line] == said
    assert len(said) == (words is not None)


@pytest.mark.parametrize(
    "name", ["lstm-vae", "scnn-vae-ptb", "scnn-vae-semi-20news", "scnn-clusters-20news", "hybrid-ptb"]
)
def test_what_a_collapse_is_told_to_try_its_recipe_has(name: str) -> None:
    settings = dict(fields(recipe(name)))
    asked = re.findall(r"--(model\.[a-z_.]+)", " ".join(remedies(settings)))
    assert asked
    assert set(asked) <= settings.keys()


def test_each_units_kl_is_logged_as_a_part_of_the_whole() -> None:
    model, batch = vae(), batch_of()
    logged = readable(latent_sums(model.posterior, [batch], CPU), Scale("word", 4.0, 1.0))
    assert [logged[f"kl/{unit}"][1] for unit in range(3)] == ["nats/text"] * 3
    assert logged["active_units"] == (3.0, "units")
    assert logged["mutual_information"][0] <= math.log(4)


@pytest.mark.parametrize(("guess", "divergence"), [((0.5, 0.5), 0.0), ((1.0, 0.0), math.log(2))])
def test_over_two_labels_of_one_model_the_bounds_are_its_own_but_for_the_labels_kl(
    guess: tuple[float, float], divergence: float
) -> None:
    log_C = torch.tensor(guess).clamp(min=1e-30).log()
    model, batches = vae(), [batch_of()]
    one = bounds(model, batches, CPU, 4)

    def read(batch: Batch) -> tuple[Tensor, list[Latent]]:
        return log_C.expand(len(batch.lengths_B), -1), [behind(model, batch)] * 2

    both = bounds_over_labels(read, batches, CPU, 4)
    assert both.kl.value == pytest.approx(one.kl.value + divergence, rel=1e-6)
    for name in ("reconstruction", "importance_weighted"):
        assert getattr(both, name).value == pytest.approx(getattr(one, name).value, rel=1e-6)


def test_a_text_is_weighed_by_what_labels_are_likely_before_it_is_read() -> None:
    """Of a z that says nothing the bound is the likelihood, whatever q(y | x) holds of the labels."""
    batch, log_C = batch_of(), torch.tensor([0.9, 0.1]).log()
    nothing_BZ = torch.zeros(len(batch.lengths_B), 1)
    nats_BC = batch.lengths_B[:, None].double() * torch.tensor([1.0, 2.0])

    def read(batch: Batch) -> tuple[Tensor, list[Latent]]:
        costs = [lambda z_BZ, nats=nats: nats * batch.valid_LB.double() for nats in (1.0, 2.0)]
        return log_C.expand(len(nothing_BZ), -1), [Latent(Gaussian(nothing_BZ, nothing_BZ), cost) for cost in costs]

    found = bounds_over_labels(read, [batch], CPU, 3)
    likelihood = float((math.log(2) - (-nats_BC).logsumexp(-1)).sum())
    divergence = math.log(2) + float((log_C.exp() * log_C).sum())
    assert found.importance_weighted.total == pytest.approx(likelihood)
    assert found.reconstruction.total == pytest.approx(float((nats_BC * log_C.exp()).sum()))
    assert found.kl.value == pytest.approx(divergence)
    assert found.importance_weighted.total < found.reconstruction.total + found.kl.total

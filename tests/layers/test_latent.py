"""Shapes: B batch, Z latent features, K draws."""

import math

import torch
from torch.distributions import Normal

from octavo.layers.latent import Gaussian, GaussianHead, noise_of, prior_draws, standard_log_density
from tests.asking import assert_same
from tests.batches import batch_of, padded_with, rows_of


def test_densities_are_those_of_torch() -> None:
    mean_BZ, log_variance_BZ, z_BZ = torch.randn(3, 4, 5, dtype=torch.float64)
    wanted = Normal(mean_BZ, (0.5 * log_variance_BZ).exp()).log_prob(z_BZ).sum(-1)
    assert_same(Gaussian(mean_BZ, log_variance_BZ).log_density(z_BZ), wanted)
    assert_same(standard_log_density(z_BZ), Normal(0.0, 1.0).log_prob(z_BZ).sum(-1))


def test_draws_have_the_mean_and_the_variance() -> None:
    gaussian = Gaussian(torch.tensor([[1.0, -2.0]]), torch.tensor([[0.0, math.log(0.25)]]))
    z_K1Z = gaussian.at(torch.randn(20_000, 1, 2, generator=torch.Generator().manual_seed(0)))
    torch.testing.assert_close(z_K1Z.mean((0, 1)), torch.tensor([1.0, -2.0]), atol=0.03, rtol=0)
    torch.testing.assert_close(z_K1Z.std((0, 1)), torch.tensor([1.0, 0.5]), atol=0.03, rtol=0)


def test_a_texts_noise_is_its_own_and_the_first_draws_of_many_are_those_of_few() -> None:
    batch = batch_of()
    noise_KBZ = noise_of(batch, 3, draws=7)
    assert torch.equal(noise_of(padded_with(batch, token=3), 3, draws=7), noise_KBZ)
    assert torch.equal(noise_of(rows_of(batch, [2, 1]), 3, draws=7), noise_KBZ[:, [2, 1]])
    assert torch.equal(noise_of(batch, 3, draws=2), noise_KBZ[:2])
    assert len({tuple(row) for row in noise_KBZ[0].tolist()}) == 4


def test_the_first_draws_from_the_prior_do_not_depend_on_how_many_follow() -> None:
    torch.manual_seed(0)
    few_BZ = prior_draws(2, 24, like=torch.zeros(()))
    torch.manual_seed(0)
    assert torch.equal(prior_draws(5, 24, like=torch.zeros(()))[:2], few_BZ)


def test_a_head_stays_in_single_precision_under_autocast() -> None:
    head, summary_BD = GaussianHead(6, 2, hidden=5), torch.randn(3, 6)
    with torch.autocast("cpu", torch.bfloat16):
        mean_BZ, log_variance_BZ = head(summary_BD.bfloat16())
    assert mean_BZ.dtype == log_variance_BZ.dtype == torch.float32
    assert_same(mean_BZ, head(summary_BD.bfloat16().float()).mean_BZ)

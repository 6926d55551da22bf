"""What a latent variable is worth: bounds on a text's likelihood, mutual information, active units.

Shapes: B batch, N texts, Z latent features, K draws, G groups.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple, Protocol

import torch
from torch import Tensor

from octavo.evaluation.likelihood import Scale, Sums, readable
from octavo.interfaces import Batch, Mean
from octavo.layers.latent import Gaussian, Latent, noise_of, standard_log_density
from octavo.ops.losses import gaussian_kl

ACTIVE = 0.01  # the variance of the posterior's mean from which a unit is active (Burda et al. 2016, §5.2)
COLLAPSED = 0.1  # nats of KL under which z says nothing of a text


class LatentModel(Protocol):
    """What the measures ask of a model: q(z | x), and −log p(x_t | x_<t, z) as nats_LB."""

    def posterior(self, batch: Batch) -> Gaussian: ...
    def given(self, batch: Batch, z_BZ: Tensor) -> Tensor: ...


class Posteriors(NamedTuple):
    """One fixed set of texts: q(z | x) of each, and a draw from it."""

    gaussian: Gaussian
    z_NZ: Tensor


class Information(NamedTuple):
    """E[KL(q(z | x) ‖ p)] in two parts, in nats: what z tells of x, and how far all z together are from the prior."""

    mutual_information: float
    aggregate_kl: float


class Bounds(NamedTuple):
    """Sums over texts, in nats: −log p(x) is at most `importance_weighted`, which is expected to be at most −ELBO."""

    reconstruction: Mean
    kl: Mean
    importance_weighted: Mean
    tokens: int


@torch.no_grad()
def posteriors(posterior: Callable[[Batch], Gaussian], batches: Iterable[Batch], device: torch.device) -> Posteriors:
    """Of every text, in double precision."""
    found: list[tuple[Tensor, ...]] = []
    for batch in batches:
        batch = batch.map(lambda tensor: tensor.to(device))
        gaussian = posterior(batch)
        z_BZ = gaussian.at(noise_of(batch, gaussian.mean_BZ.shape[-1])[0])
        found.append(tuple(part.double().cpu() for part in (*gaussian, z_BZ)))
    mean_NZ, log_variance_NZ, z_NZ = (torch.cat(parts) for parts in zip(*found, strict=True))
    return Posteriors(Gaussian(mean_NZ, log_variance_NZ), z_NZ)


def information(texts: Posteriors) -> Information:
    """I(x; z) ≈ E[log q(z | x) − log q(z)] and KL(q(z) ‖ p) ≈ E[log q(z) − log p(z)], at the same draws.

    q(z) is the mean of the N texts' posteriors, each draw's own among them: the first can be neither over ln N nor,
    in expectation, negative (Hoffman & Johnson 2016).
    """
    own_N = texts.gaussian.log_density(texts.z_NZ)
    all_N = torch.cat([_log_mixture(texts.gaussian, z_nZ) for z_nZ in texts.z_NZ.split(64)])
    prior_N = standard_log_density(texts.z_NZ)
    return Information(float((own_N - all_N).mean()), float((all_N - prior_N).mean()))


def _log_mixture(gaussian: Gaussian, z_nZ: Tensor) -> Tensor:
    """log q(z) = log 1/N Σ_m q(z | x_m)."""
    return gaussian.log_density(z_nZ[:, None]).logsumexp(1) - math.log(len(gaussian.mean_BZ))


def active_units(mean_NZ: Tensor) -> int:
    """How many dimensions of the posterior's mean vary over texts."""
    return int((mean_NZ.var(0) >= ACTIVE).sum()) if len(mean_NZ) > 1 else 0


def behind(model: LatentModel, batch: Batch) -> Latent:
    """The texts read once, however often they are weighed."""
    return Latent(model.posterior(batch), partial(model.given, batch))


def log_weights(latent: Latent, batch: Batch, draws: int) -> tuple[Tensor, Tensor]:
    """log p(x | z_k) p(z_k) / q(z_k | x), log_KB, and −log p(x | z_k), nats_KB, at each text's own draws."""
    gaussian = latent.gaussian
    z_KBZ = gaussian.at(noise_of(batch, gaussian.mean_BZ.shape[-1], draws))
    nats_KB = torch.stack([latent.given(z_BZ).double().sum(0) for z_BZ in z_KBZ])
    wide = Gaussian(*(part.double() for part in gaussian))
    return standard_log_density(z_KBZ.double()) - wide.log_density(z_KBZ.double()) - nats_KB, nats_KB


def importance_weighted(log_KB: Tensor) -> Tensor:
    """−log 1/K Σ_k w_k, nats_B (Burda et al. 2016, eq. 8)."""
    return math.log(len(log_KB)) - log_KB.logsumexp(0)


def bounds(model: LatentModel, batches: Iterable[Batch], device: torch.device, draws: int) -> Bounds:
    """Of every text, with so many draws; the KL is exact, the reconstruction a mean over the draws."""
    return bounds_over_labels(lambda batch: (_one_label(batch), [behind(model, batch)]), batches, device, draws)


@torch.no_grad()
def bounds_over_labels(
    read: Callable[[Batch], tuple[Tensor, Sequence[Latent]]],
    batches: Iterable[Batch],
    device: torch.device,
    draws: int,
) -> Bounds:
    """The same where `read` gives log q(y | x), log_BC, and what is behind the texts at each label, all equally likely.

    Both sum over the labels: −ELBO by q(y | x), its divergence from p(y) being part of the KL, and the other bound
    −log 1/C Σ_y 1/K Σ_k w_k(y) by p(y).
    """
    total = Bounds(Mean(0.0, 0), Mean(0.0, 0), Mean(0.0, 0), 0)
    for batch in batches:
        batch = batch.map(lambda tensor: tensor.to(device))
        log_BC, latents = read(batch)
        log_BC = log_BC.double()
        weighed = [log_weights(latent, batch, draws) for latent in latents]
        nats_BC = torch.stack([nats_KB.mean(0) for _, nats_KB in weighed], -1)
        kl_BC = torch.stack([gaussian_kl(*latent.gaussian).double().sum(-1) for latent in latents], -1)
        of_label_BC = log_BC + math.log(len(latents))
        total = Bounds(
            total.reconstruction + _sum_of((log_BC.exp() * nats_BC).sum(-1)),
            total.kl + _sum_of((log_BC.exp() * (kl_BC + of_label_BC)).sum(-1)),
            total.importance_weighted + _sum_of(importance_weighted(torch.cat([log_KB for log_KB, _ in weighed]))),
            total.tokens + int(batch.lengths_B.sum()),
        )
    return total


def _one_label(batch: Batch) -> Tensor:
    return torch.zeros(len(batch.lengths_B), 1, device=batch.lengths_B.device)


def _sum_of(nats_B: Tensor) -> Mean:
    return Mean(float(nats_B.sum()), len(nats_B))


def described(texts: Posteriors) -> dict[str, Any]:
    """What one set of texts tells of the latent variable, with the number of texts."""
    kl_Z = gaussian_kl(*texts.gaussian).mean(0)
    return {
        **information(texts)._asdict(),
        "active_units": active_units(texts.gaussian.mean_BZ),
        "latent_units": len(kl_Z),
        "latent_texts": len(texts.z_NZ),
        "kl_per_unit": [round(nats, 4) for nats in kl_Z.tolist()],
    }


def named_bounds(found: Bounds, scale: Scale, draws: int) -> dict[str, Any]:
    """Each bound by its own name, in nats a text and in the codec's units."""
    elbo = found.reconstruction + found.kl._replace(count=0)
    named = {"elbo": elbo, f"iw_{draws}": found.importance_weighted}
    figures: dict[str, Any] = {"bound_texts": elbo.count}
    for name, mean in named.items():
        figures[f"nats_{name}"] = mean.value
        units = readable({"nats": Mean(mean.total, found.tokens)}, scale)
        figures |= {f"{unit}_{name}": value for unit, (value, _) in units.items()}
    return figures


def terms(totals: Sums, scale: Scale) -> dict[str, float]:
    """Each term of a text's cost in bits of the codec's unit, to stand beside its nats a text.

    >>> sums = {"nats": Mean(math.log(2) * 30, 10), "kl": Mean(math.log(2) * 5, 2)}
    >>> terms(sums, Scale("byte", 1.0, 1.0))
    {'kl_bits_per_byte': 0.5}
    """
    having = [name for name in ("reconstruction", "kl", "plan") if name in totals]
    unit = "bits_per_character" if scale.unit == "character" else "bits_per_byte"
    tokens = totals["nats"].count
    return {f"{name}_{unit}": readable({"nats": Mean(totals[name].total, tokens)}, scale)[unit][0] for name in having}


def latent_sums(posterior: Callable[[Batch], Gaussian], batches: Iterable[Batch], device: torch.device) -> Sums:
    """What of it an evaluation during training logs, each unit's KL among it."""
    found = described(posteriors(posterior, batches, device))
    each = {f"kl/{unit}": Mean(nats, 1) for unit, nats in enumerate(found["kl_per_unit"])}
    return {name: Mean(found[name], 1) for name in ("mutual_information", "active_units")} | each


def collapse(totals: Sums, weight: float, settings: Mapping[str, Any]) -> list[str]:
    """Words for a latent variable that says nothing: no unit is active, or the KL is next to none at full weight.

    `settings` are the recipe's fields, which tell what there is to try.
    """
    if "active_units" not in totals or "kl" not in totals:
        return []
    kl, tries = totals["kl"].value, "; try " + ", or ".join(remedies(settings))
    if not totals["active_units"].value:
        return [f"the latent variable is not used: no unit is active, KL {kl:.2f} nats a text{tries}"]
    if kl < COLLAPSED and weight >= 1:
        return [f"the latent variable is hardly used: KL {kl:.3f} nats a text at full weight{tries}"]
    return []


def remedies(settings: Mapping[str, Any]) -> list[str]:
    """What keeps z in use and is not yet set, each with its option.

    >>> remedies({"model.target": 8.0, "model.kl_weight.kind": "ramp", "model.writer.dilations": (1, 2)})[1:]
    ['a reader from an autoencoder (--init-reader RUN)', 'a writer that sees less (--model.writer.dilations)']
    """
    rising = settings.get("model.kl_weight.kind") != "constant"
    known = {
        "a target of a few free nats (--model.target 8)": settings.get("model.target") == 0,
        "a weight that starts at 0 and rises (--model.kl_weight.kind ramp)": not rising,
        "a weight that rises more slowly (--model.kl_weight.until)": rising,
        "a reader from an autoencoder (--init-reader RUN)": True,
        "a writer that sees less (--model.writer.drop_word 0.5)": settings.get("model.writer.drop_word") == 0,
        "a writer that sees less (--model.writer.dilations)": "model.writer.dilations" in settings,
        "a loss of its plan (--model.plan 0.2)": settings.get("model.writer.kind") == "hybrid",
    }
    return [what for what, helps in known.items() if helps]

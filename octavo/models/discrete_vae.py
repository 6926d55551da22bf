"""What two objectives share: a label and a Gaussian behind each text, p(x, y, z) = p(y) p(z) p(x | y, z).

Shapes: L length, B batch, C classes, D features, Z latent features; b where it is some of the batch.
"""

import math
from abc import ABC
from typing import Any, Literal, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from octavo.interfaces import SHARE_OF_CLASS, Alphabet, Batch, Mean, Progress, State, TextModel
from octavo.layers.latent import Gaussian, GaussianHead, noise_of, prior_draws
from octavo.models.reconstruction import cost
from octavo.ops.losses import categorical_kl, gaussian_kl
from octavo.readers import build_reader
from octavo.schedules import Constant
from octavo.writers import build_writer

# How the expectation over labels is taken: at one relaxed draw, or as the sum over all classes.
Expectation = Literal["gumbel", "exact"]
NEVER = -1e4  # the log-probability of a label that a text does not have


class Bound(NamedTuple):
    """−L(x, y): its weighted total, for the gradient, and what each text's is made of."""

    total: Tensor
    nats_LB: Tensor
    kl_B: Tensor


class DiscreteVAE(TextModel, ABC):
    """q(y | x) from a reader's summary, q(z | x, y) from summary and label, p(x | y, z) by a writer told both.

    Labels are equally likely before the text is read. A configuration has the fields that LabelledVAEConfig and
    ClusteringVAEConfig have in common.
    """

    def __init__(self, config: Any, alphabet: Alphabet, classes: int) -> None:
        super().__init__()
        self.latent, self.classes, self.expectation = config.latent, classes, config.expectation
        self.temperature, self.kl_weight = config.temperature, config.kl_weight
        self.free = max(config.free_bits, config.target / config.latent)
        self.reader = build_reader(config.reader, alphabet)
        width = self.reader.width
        self.dropout = nn.Dropout(config.dropout)
        self.guess = nn.Sequential(nn.Linear(width, config.hidden), nn.Tanh(), nn.Linear(config.hidden, classes))
        self.head = GaussianHead(width + classes, config.latent, config.hidden)
        self.writer = build_writer(config.writer, alphabet, condition=config.latent + classes)

    def read_labels(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """The reader's summary_BD, and log q(y | x) of every class, log_BC."""
        origin = batch.origin
        summary_BD = self.reader(origin.tokens_LB, origin.lengths_B).summary_BD
        logits_BC = self.guess(self.dropout(summary_BD))
        return summary_BD, logits_BC.to(torch.promote_types(logits_BC.dtype, torch.float32)).log_softmax(-1)

    def given_label(self, summary_BD: Tensor, y_BC: Tensor) -> Gaussian:
        """q(z | x, y) of each text."""
        return self.head(torch.cat([summary_BD, y_BC.to(summary_BD.dtype)], -1))

    def bound(
        self, batch: Batch, summary_BD: Tensor, y_BC: Tensor, noise_BZ: Tensor, weight_B: Tensor, kl_weight: float = 1.0
    ) -> Bound:
        """Σ_b weight_b (−log p(x | y, z) + w Σ_d max(λ, KL(q(z_d | x, y) ‖ N(0, 1)))), z being at this noise."""
        posterior = self.given_label(summary_BD, y_BC)
        kl_BZ = gaussian_kl(*posterior)
        charged_B = (kl_BZ.clamp(min=self.free) if self.free else kl_BZ).sum(-1)
        z_BZ = posterior.at(noise_BZ)
        found = cost(self.writer, torch.cat([z_BZ, y_BC.to(z_BZ.dtype)], -1), batch, weight_B=weight_B)
        return Bound(found.total + kl_weight * (weight_B * charged_B).sum(), found.nats_LB, kl_BZ.detach().sum(-1))

    def expected(self, batch: Batch, summary_BD: Tensor, log_BC: Tensor, weight_B: Tensor, progress: Progress) -> Bound:
        """E[−L(x, y)] for y from these log-probabilities: the sum over classes, or its value at one draw of y.

        The draw is relaxed while the model trains, y = softmax((log q + g) / τ) (eq. 4), and a function of the text
        when it is measured.
        """
        noise_BZ, gumbel_BC = self._noises(batch, log_BC)
        weigh = self._kl_weight(progress)
        if self.expectation == "exact":
            return self._summed(batch, summary_BD, log_BC.exp(), noise_BZ, weight_B, weigh)
        scores_BC = log_BC + gumbel_BC
        if self.training:
            y_BC = (scores_BC / self.temperature(progress)).softmax(-1)
        else:
            y_BC = F.one_hot(scores_BC.argmax(-1), self.classes).to(log_BC.dtype)
        return self.bound(batch, summary_BD, y_BC, noise_BZ, weight_B, weigh)

    def condition(self, count: int, label: int | None = None) -> Tensor:
        """What a new text is written from, [z; y]: drawn from the prior, or with this label for all and the same z."""
        noise_BZ = prior_draws(count, self.latent + 1, like=self.head.output.weight)
        share_B = torch.special.ndtr(noise_BZ[:, -1])
        drawn_B = (share_B * self.classes).long().clamp(max=self.classes - 1)
        label_B = drawn_B if label is None else torch.full_like(drawn_B, label)
        return torch.cat([noise_BZ[:, :-1], F.one_hot(label_B, self.classes).to(noise_BZ.dtype)], -1)

    def encode(self, batch: Batch) -> Tensor:
        """[z; y]: the likeliest label, and the mean of z given it."""
        summary_BD, log_BC = self.read_labels(batch)
        y_BC = F.one_hot(log_BC.argmax(-1), self.classes).to(log_BC.dtype)
        mean_BZ = self.given_label(summary_BD, y_BC).mean_BZ
        return torch.cat([mean_BZ, y_BC.to(mean_BZ.dtype)], -1)

    def score(self, batch: Batch, carry: State = None) -> tuple[Tensor, State]:
        """Each token's share of −U(x) at the text's own noise; both KLs are paid at the first token."""
        summary_BD, log_BC = self.read_labels(batch)
        bound = self.expected(batch, summary_BD, log_BC, torch.ones_like(log_BC[:, 0]), Progress(share=1.0))
        nats_LB = bound.nats_LB.clone()
        nats_LB[0] += bound.kl_B + self.label_kl(log_BC)
        return nats_LB, None

    def label_kl(self, log_BC: Tensor) -> Tensor:
        """KL(q(y | x) ‖ p(y)) of each text, from its probabilities and never from a draw."""
        return categorical_kl(log_BC, torch.full_like(log_BC[0], -math.log(self.classes)))

    def reported(self, batch: Batch, bound: Bound, label_kl_B: Tensor, log_BC: Tensor) -> dict[str, Mean]:
        """−U(x) and its parts; the shares of the classes, whose entropy tells a collapse into one."""
        texts, label_kl_B, log_BC = len(batch.lengths_B), label_kl_B.detach(), log_BC.detach()
        reconstruction, kl = bound.nats_LB.sum(), bound.kl_B.sum()
        return {
            "nats": Mean(reconstruction + kl + label_kl_B.sum(), batch.lengths_B.sum()),
            "reconstruction": Mean(reconstruction, texts),
            "kl": Mean(kl, texts),
            "label_kl": Mean(label_kl_B.sum(), texts),
            **{f"{SHARE_OF_CLASS}{c}": Mean(q, texts) for c, q in enumerate(log_BC.exp().sum(0))},
        }

    def _summed(
        self, batch: Batch, summary_BD: Tensor, q_BC: Tensor, noise_BZ: Tensor, weight_B: Tensor, weigh: float
    ) -> Bound:
        """Σ_y q(y) (−L(x, y)), of each text at those labels alone that it may have: at one where it is known."""
        total, kl_B = weight_B.new_zeros(()), torch.zeros_like(q_BC[:, 0])
        nats_LB = torch.zeros_like(batch.tokens_LB, dtype=q_BC.dtype)
        for label, q_B in enumerate(q_BC.T):
            b = q_B.detach().nonzero()[:, 0]
            if not len(b):
                continue
            y_bC = F.one_hot(torch.full_like(b, label), self.classes).to(q_BC.dtype)
            some = batch.map(lambda tensor, b=b: tensor[..., b])
            bound = self.bound(some, summary_BD[b], y_bC, noise_BZ[b], weight_B[b] * q_B[b], weigh)
            total, q_b = total + bound.total, q_B.detach()[b]
            nats_LB[:, b] += q_b * bound.nats_LB
            kl_B[b] += q_b * bound.kl_B
        return Bound(total, nats_LB, kl_B)

    def _noises(self, batch: Batch, log_BC: Tensor) -> tuple[Tensor, Tensor]:
        """Normal noise_BZ and Gumbel noise_BC: fresh in training, functions of the text in evaluation."""
        if self.training:
            noise_BZ = torch.randn(len(log_BC), self.latent, dtype=log_BC.dtype, device=log_BC.device)
            return noise_BZ, -torch.empty_like(log_BC).exponential_().log()
        noise_BZ, normal_BC = noise_of(batch, self.latent + self.classes)[0].split([self.latent, self.classes], -1)
        share_BC = torch.special.ndtr(normal_BC.double()).clamp(1e-12, 1 - 1e-12)
        return noise_BZ, -(-share_BC.log()).log().to(log_BC.dtype)

    def _kl_weight(self, progress: Progress) -> float:
        """Of z alone: y's KL is log C at most. In evaluation the one that training ends with."""
        if self.training or isinstance(self.kl_weight, Constant):
            return self.kl_weight(progress)
        return self.kl_weight.end

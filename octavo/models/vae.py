"""The variational autoencoder: a text to a Gaussian, a draw from it to a text (Kingma & Welling 2013).

Shapes: L length, B batch, Z latent features.
"""

from typing import Annotated, Literal

import torch
from pydantic import PositiveInt
from torch import Tensor, nn

from octavo.config import Tiny, config
from octavo.interfaces import Alphabet, Batch, Loss, Mean, Progress, State, TextModel
from octavo.layers.latent import Gaussian, GaussianHead, noise_of, prior_draws
from octavo.models.objective import text_nats
from octavo.models.reconstruction import Cost, cost
from octavo.ops.losses import gaussian_kl
from octavo.readers import ReaderConfig, build_reader
from octavo.readers.lstm import LSTMReaderConfig
from octavo.schedules import Amount, Constant, Schedule, Weight
from octavo.writers import AnyWriterConfig, build_writer
from octavo.writers.lstm import LSTMWriterConfig


@config
class VAEConfig:
    """`latent` is z's width; `hidden`, where given, that of a layer between the summary and the Gaussian.

    `free_bits` nats of each dimension's KL cost nothing (Kingma et al. 2016), nor do `target` nats of the whole, spread
    evenly over the dimensions (Li et al. 2019). `alone` updates of the reader come before each one of all weights
    (He et al. 2019, their inner loop having a fixed length here). `plan` is α, the weight of a reconstruction from the
    writer's last inner activations alone, for one that has such (Semeniuta et al. 2017, eq. 3).
    """

    kind: Literal["vae"] = "vae"
    reader: ReaderConfig = LSTMReaderConfig()
    writer: AnyWriterConfig = LSTMWriterConfig()
    latent: Annotated[PositiveInt, Tiny(4)] = 32
    hidden: Annotated[PositiveInt | None, Tiny(16)] = None
    kl_weight: Weight = Constant(value=1.0)
    free_bits: Amount = 0.0
    target: Amount = 0.0
    alone: Schedule = Constant(value=0.0)
    plan: Amount = 0.0


class VAE(TextModel):
    """J = w Σ_d max(λ, KL(q(z_d | x) ‖ N(0, 1))) − log p(x | z) − α log p'(x | z), z ~ q(z | x).

    All are sums of a text, averaged over texts.
    """

    def __init__(self, config: VAEConfig, alphabet: Alphabet, labels: int = 0) -> None:
        super().__init__()
        self.kl_weight, self.alone = config.kl_weight, config.alone
        self.free = max(config.free_bits, config.target / config.latent)
        self.latent = config.latent
        self.reader = build_reader(config.reader, alphabet)
        self.head = GaussianHead(self.reader.width, config.latent, config.hidden)
        self.writer = build_writer(config.writer, alphabet, condition=config.latent)
        self.plan_weight = config.plan
        self.plan = self._plan_head(config, alphabet) if config.plan else None

    def forward(self, batch: Batch, progress: Progress, carry: State = None) -> Loss:
        posterior = self.posterior(batch)
        kl_BZ = gaussian_kl(*posterior)
        nats, _, _, inner = self._cost(batch, posterior.at(self._noise(batch, posterior)))
        charged = kl_BZ.clamp(min=self.free).sum() if self.free else kl_BZ.sum()
        objective = nats + self.weight(progress) * charged
        kl, texts = kl_BZ.detach().sum(), len(batch.lengths_B)
        metrics = {
            "nats": Mean(nats.detach() + kl, batch.lengths_B.sum()),
            "reconstruction": Mean(nats.detach(), texts),
            "kl": Mean(kl, texts),
        }
        if self.plan is not None:
            plan, _ = text_nats(self.plan, inner[-1], batch)
            objective = objective + self.plan_weight * plan
            metrics["plan"] = Mean(plan.detach(), texts)
        return Loss(Mean(objective, texts), metrics)

    def settle(self, progress: Progress) -> bool:
        """Of every 1 + `alone` updates the first is of all weights, the others are of the reader's alone."""
        learned, learns = self._writer_learns(), progress.step % (1 + round(self.alone(progress))) == 0
        self.writer.requires_grad_(learns)
        return learns != learned

    def weight(self, progress: Progress) -> float:
        """The KL's weight; in evaluation the one that training ends with, so that evaluations can be compared."""
        if self.training or isinstance(self.kl_weight, Constant):
            return self.kl_weight(progress)
        return self.kl_weight.end

    def posterior(self, batch: Batch) -> Gaussian:
        """q(z | x) of each text."""
        origin = batch.origin
        return self.head(self.reader(origin.tokens_LB, origin.lengths_B).summary_BD)

    def given(self, batch: Batch, z_BZ: Tensor) -> Tensor:
        """−log p(x_t | x_<t, z), nats_LB: zero where no token is."""
        return self._cost(batch, z_BZ).nats_LB

    def encode(self, batch: Batch) -> Tensor:
        """The posterior's means, z_BZ."""
        return self.posterior(batch).mean_BZ

    def condition(self, count: int) -> Tensor:
        """What a new text is written from: z_BZ from the prior."""
        return prior_draws(count, self.latent, like=self.head.output.weight)

    def score(self, batch: Batch, carry: State = None) -> tuple[Tensor, State]:
        """Each token's share of −ELBO at the text's own noise; the KL is paid before, and so at, the first token."""
        posterior = self.posterior(batch)
        nats_LB = self.given(batch, posterior.at(noise_of(batch, self.latent)[0]))
        nats_LB[0] += gaussian_kl(*posterior).sum(-1)
        return nats_LB, None

    def _noise(self, batch: Batch, posterior: Gaussian) -> Tensor:
        """Fresh in training, a function of the text in evaluation."""
        return torch.randn_like(posterior.mean_BZ) if self.training else noise_of(batch, self.latent)[0]

    def _cost(self, batch: Batch, z_BZ: Tensor) -> Cost:
        return cost(self.writer, z_BZ, batch)

    def _plan_head(self, config: VAEConfig, alphabet: Alphabet) -> nn.Linear:
        widths = getattr(self.writer, "inner_widths", ())
        if not widths:
            kind = config.writer.kind
            raise ValueError(f"plan = {config.plan}: a writer of kind {kind} has no inner activations; a hybrid has")
        return nn.Linear(widths[-1], alphabet.size)

    def _writer_learns(self) -> bool:
        return next(self.writer.parameters()).requires_grad

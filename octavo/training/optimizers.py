"""Optimizers: what is done to the gradient, in this order.

1. scale: the gradient of a sum becomes that of the mean, g ← g·scale
2. clip: g ← g·min(1, limit / (‖g‖ + 1e-6)), one norm over all parameters; both factors are `clipping`'s
3. L2, where weight decay is not decoupled: g ← g + λw
4. momentum, or the adaptive step
5. rate: w ← w − rate·step; where weight decay is decoupled (AdamW, Muon), w ← (1 − rate·λ)w before it
"""

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import torch
from pydantic import Discriminator
from torch import Tensor, nn

from octavo import distributed
from octavo.config import Share, config
from octavo.ops.late_compiler import optimizers_apart_from_compiler
from octavo.schedules import Amount, Constant, Schedule
from octavo.training.muon import Muon

Decay = Literal["all", "matrices"]  # matrices: tensors of two dimensions or more, so neither biases nor gains


@config
class SGDConfig:
    """Stochastic gradient descent with momentum v ← μv + g, w ← w − rate·v, and L2 weight decay."""

    kind: Literal["sgd"] = "sgd"
    rate: Schedule = Constant(value=0.1)
    momentum: Share = 0.0
    nesterov: bool = False
    weight_decay: Amount = 0.0
    decay: Decay = "all"


@config
class RMSpropConfig:
    """RMSprop, g / (√v + ε) with v the running mean of g², and L2 weight decay (Hinton 2012, lecture 6e)."""

    kind: Literal["rmsprop"] = "rmsprop"
    rate: Schedule = Constant(value=1e-3)
    smoothing: Share = 0.99
    epsilon: Amount = 1e-8
    momentum: Share = 0.0
    weight_decay: Amount = 0.0
    decay: Decay = "all"


@config
class AdamConfig:
    """Adam with L2 weight decay (Kingma and Ba 2015)."""

    kind: Literal["adam"] = "adam"
    rate: Schedule = Constant(value=1e-3)
    betas: tuple[Share, Share] = (0.9, 0.999)
    epsilon: Amount = 1e-8
    weight_decay: Amount = 0.0
    decay: Decay = "all"


@config
class AdamWConfig:
    """Adam with decoupled weight decay (Loshchilov and Hutter 2019)."""

    kind: Literal["adamw"] = "adamw"
    rate: Schedule = Constant(value=1e-3)
    betas: tuple[Share, Share] = (0.9, 0.999)
    epsilon: Amount = 1e-8
    weight_decay: Amount = 0.01
    decay: Decay = "matrices"


@config
class MuonConfig:
    """Muon on the hidden matrices (Jordan 2024), AdamW on embeddings, heads and all that is not a matrix.

    Muon's steps have the size of AdamW's (Liu et al. 2025, section 2.2), so one rate and one decay serve both.
    """

    kind: Literal["muon"] = "muon"
    rate: Schedule = Constant(value=1e-3)
    momentum: Share = 0.95
    nesterov: bool = True
    betas: tuple[Share, Share] = (0.9, 0.95)
    epsilon: Amount = 1e-8
    weight_decay: Amount = 0.1
    decay: Decay = "matrices"


OptimizerConfig = Annotated[SGDConfig | RMSpropConfig | AdamConfig | AdamWConfig | MuonConfig, Discriminator("kind")]
Groups = list[dict[str, Any]]


@dataclass(frozen=True)
class Optimizer:
    """One or more of torch's optimizers that share a model's parameters and step together."""

    parts: tuple[torch.optim.Optimizer, ...]

    @torch.no_grad()
    def step(self, factor: Tensor | None = None) -> None:
        """One update by the gradients times `factor`, which a fused step applies while it reads them."""
        for part in self.parts:
            if factor is not None:
                _scale(part, factor)
            # Without torch's wrappers, one of which imports the compiler.
            inspect.unwrap(type(part).step)(part)
            part.grad_scale = None  # type: ignore[attr-defined]

    def zero_grad(self) -> None:
        for part in self.parts:
            part.zero_grad(set_to_none=True)


def build(config: OptimizerConfig, model: nn.Module) -> Optimizer:
    """The optimizer of a model's trainable parameters; its rate is 0 until `set_rate`."""
    optimizers_apart_from_compiler()
    return Optimizer(BUILDERS[type(config)](config, model))


def set_rate(optimizer: Optimizer, value: float) -> None:
    """Make `value` the learning rate of every parameter."""
    for part in optimizer.parts:
        for group in part.param_groups:
            group["lr"] = value


@torch.no_grad()
def clipping(parameters: Iterable[nn.Parameter], limit: float | None, scale: Tensor) -> Tensor:
    """What to multiply gradients by: `scale`, and less where their common norm would still be above `limit`.

    Nothing waits for the device, and the gradients are read once, for their norm; not at all without a limit.
    """
    if limit is None:
        return scale
    gradients = [parameter.grad for parameter in parameters if parameter.grad is not None]
    norm = distributed.whole(nn.utils.get_total_norm(gradients)) * scale
    return scale * (limit / (norm + 1e-6)).clamp(max=1.0)


@torch.no_grad()
def _scale(optimizer: torch.optim.Optimizer, factor: Tensor) -> None:
    """Fused steps of whole tensors divide gradients by `grad_scale` as they go; others need a pass of its own."""
    weights = [weight for group in optimizer.param_groups for weight in group["params"]]
    if optimizer.defaults.get("fused") and not any(map(distributed.is_sharded, weights)):
        optimizer.grad_scale = factor.reciprocal().float()  # type: ignore[attr-defined]
    else:
        torch._foreach_mul_([weight.grad for weight in weights if weight.grad is not None], factor)


def _sgd(config: SGDConfig, model: nn.Module) -> tuple[torch.optim.Optimizer, ...]:
    weights = _trainable(model)
    # torch has no fused SGD of sharded tensors.
    fused = not any(distributed.is_sharded(weight) for weight in weights)
    settings = {"momentum": config.momentum, "nesterov": config.nesterov}
    optimizer = torch.optim.SGD(_groups(config, weights), lr=0.0, fused=fused, **settings)
    if config.momentum:
        # The fused step fails on a weight whose first gradient comes later than others', unless momentum is there.
        for weight in weights:
            optimizer.state[weight]["momentum_buffer"] = torch.zeros_like(weight)
    return (optimizer,)


def _rmsprop(config: RMSpropConfig, model: nn.Module) -> tuple[torch.optim.Optimizer, ...]:
    settings = {"alpha": config.smoothing, "eps": config.epsilon, "momentum": config.momentum}
    return (torch.optim.RMSprop(_groups(config, _trainable(model)), lr=0.0, **settings),)


def _adam(config: AdamConfig, model: nn.Module) -> tuple[torch.optim.Optimizer, ...]:
    settings = {"betas": config.betas, "eps": config.epsilon}
    return (torch.optim.Adam(_groups(config, _trainable(model)), lr=0.0, fused=True, **settings),)


def _adamw(config: AdamWConfig, model: nn.Module) -> tuple[torch.optim.Optimizer, ...]:
    return (_adamw_on(config, _trainable(model)),)


def _muon(config: MuonConfig, model: nn.Module) -> tuple[torch.optim.Optimizer, ...]:
    outer = {id(weight) for weight in _outer_weights(model)}
    hidden = [weight for weight in _trainable(model) if weight.ndim == 2 and id(weight) not in outer]
    others = [weight for weight in _trainable(model) if weight.ndim != 2 or id(weight) in outer]
    muon = Muon(_groups(config, hidden), config.momentum, config.nesterov) if hidden else None
    adamw = _adamw_on(config, others) if others else None
    return tuple(part for part in (muon, adamw) if part is not None)


def _adamw_on(config: AdamWConfig | MuonConfig, weights: list[nn.Parameter]) -> torch.optim.Optimizer:
    settings = {"betas": config.betas, "eps": config.epsilon}
    return torch.optim.AdamW(_groups(config, weights), lr=0.0, fused=True, **settings)


def _trainable(model: nn.Module) -> list[nn.Parameter]:
    return [weight for weight in model.parameters() if weight.requires_grad]


def _groups(config: Any, weights: list[nn.Parameter]) -> Groups:
    """Those that decay and those that do not, leaving out a group that is empty."""
    decays = {True: config.weight_decay, False: 0.0}
    chosen = {decay: [w for w in weights if (config.decay == "all" or w.ndim >= 2) == decay] for decay in decays}
    return [{"params": chosen[decay], "weight_decay": decays[decay]} for decay in decays if chosen[decay]]


def _outer_weights(model: nn.Module) -> list[nn.Parameter]:
    """The weights of embeddings, and of every module called `head`."""
    modules = [
        module
        for name, module in model.named_modules()
        if isinstance(module, nn.Embedding) or name.rpartition(".")[2] == "head"
    ]
    return [weight for module in modules for weight in module.parameters()]


BUILDERS: dict[type, Callable[..., tuple[torch.optim.Optimizer, ...]]] = {
    SGDConfig: _sgd,
    RMSpropConfig: _rmsprop,
    AdamConfig: _adam,
    AdamWConfig: _adamw,
    MuonConfig: _muon,
}

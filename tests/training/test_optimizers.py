"""Optimizers: what is done to the gradient, in the order that the module promises."""

import copy

import pytest
import torch
from pydantic import TypeAdapter
from torch import nn

from octavo.schedules import Constant
from octavo.training.optimizers import (
    AdamConfig,
    AdamWConfig,
    MuonConfig,
    OptimizerConfig,
    RMSpropConfig,
    SGDConfig,
    build,
    clipping,
    set_rate,
)


class Scalar(nn.Module):
    """One weight, 2 at first, whose gradient is set by hand."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.tensor([2.0]))


def stepped(config: OptimizerConfig, gradients: list[float], rate: float = 0.5) -> float:
    model = Scalar()
    optimizer = build(config, model)
    set_rate(optimizer, rate)
    for gradient in gradients:
        model.weight.grad = torch.tensor([gradient])
        optimizer.step()
    return model.weight.item()


def test_sgd_adds_decay_to_the_gradient_before_momentum_and_takes_the_rate_last() -> None:
    # v = 3 + 0.1·2 = 3.2, w = 2 - 0.5·3.2 = 0.4; v = 0.5·3.2 + 1 + 0.1·0.4 = 2.64, w = 0.4 - 0.5·2.64 = -0.92
    config = SGDConfig(momentum=0.5, weight_decay=0.1)
    assert stepped(config, [3.0]) == pytest.approx(0.4)
    assert stepped(config, [3.0, 1.0]) == pytest.approx(-0.92)


def test_nesterov_looks_ahead() -> None:
    # v = 3, step = 3 + 0.5·3
    assert stepped(SGDConfig(momentum=0.5, nesterov=True), [3.0]) == pytest.approx(2.0 - 0.5 * 4.5)


def test_a_changed_rate_does_not_change_the_momentum() -> None:
    model = Scalar()
    optimizer = build(SGDConfig(momentum=1.0), model)
    model.weight.grad = torch.tensor([1.0])
    for rate in (1.0, 10.0):
        set_rate(optimizer, rate)
        optimizer.step()
    assert model.weight.item() == pytest.approx(2.0 - 1.0 * 1.0 - 10.0 * 2.0)


def test_decay_is_in_adam_s_gradient_and_beside_adamw_s() -> None:
    # The first step of Adam is the gradient's sign, whatever its size.
    assert stepped(AdamConfig(weight_decay=0.1), [3.0]) == pytest.approx(1.5)
    assert stepped(AdamWConfig(weight_decay=0.1, decay="all"), [3.0]) == pytest.approx(2.0 * (1 - 0.5 * 0.1) - 0.5)


def test_rmsprop_divides_by_the_root_of_the_mean_square() -> None:
    assert stepped(RMSpropConfig(smoothing=0.75), [4.0]) == pytest.approx(2.0 - 0.5 * 4.0 / (0.25 * 16.0) ** 0.5)


def test_only_matrices_decay_where_that_is_asked() -> None:
    model = nn.Linear(2, 2)
    nn.init.ones_(model.weight)
    nn.init.ones_(model.bias)
    optimizer = build(AdamWConfig(weight_decay=0.5, decay="matrices"), model)
    set_rate(optimizer, 1.0)
    for weight in model.parameters():
        weight.grad = torch.zeros_like(weight)
    optimizer.step()
    assert (model.weight == 0.5).all()
    assert (model.bias == 1.0).all()


def test_muon_takes_the_hidden_matrices_only() -> None:
    class Model(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embedding, self.hidden = nn.Embedding(5, 4), nn.Linear(4, 3)
            self.convolution, self.head = nn.Conv1d(3, 3, 2), nn.Linear(3, 5)

    model = Model()
    muon, adamw = build(MuonConfig(), model).parts
    assert [id(weight) for weight in weights_of(muon)] == [id(model.hidden.weight)]
    assert len(weights_of(adamw)) == len(list(model.parameters())) - 1
    (adamw_alone,) = build(MuonConfig(), nn.Embedding(5, 4)).parts
    assert isinstance(adamw_alone, torch.optim.AdamW)


def weights_of(optimizer: torch.optim.Optimizer) -> list[nn.Parameter]:
    return [weight for group in optimizer.param_groups for weight in group["params"]]


@pytest.mark.parametrize("config", [SGDConfig(), RMSpropConfig(), AdamConfig(), AdamWConfig(), MuonConfig()])
def test_a_frozen_weight_stays_and_the_others_go_down(config: OptimizerConfig) -> None:
    torch.manual_seed(0)
    frozen = nn.Linear(3, 3).requires_grad_(False)
    model = nn.Sequential(frozen, nn.Linear(3, 3))
    before = frozen.weight.clone()
    optimizer = build(config, model)
    set_rate(optimizer, 0.01)
    losses = []
    for _ in range(20):
        optimizer.zero_grad()
        loss = model(torch.eye(3)).square().sum()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert torch.equal(frozen.weight, before)
    assert losses[-1] < losses[0]


def with_gradients() -> list[nn.Parameter]:
    """The same weights at every call, the last of them without a gradient."""
    torch.manual_seed(0)
    weights = [nn.Parameter(torch.zeros(shape)) for shape in ((3, 4), (5,), ())]
    for weight in weights:
        weight.grad = torch.randn_like(weight)
    return [*weights, nn.Parameter(torch.zeros(2))]


def scaled(weights: list[nn.Parameter], factor: float | torch.Tensor) -> list[torch.Tensor]:
    return [weight.grad * factor for weight in weights if weight.grad is not None]


@pytest.mark.parametrize("limit", [0.1, 1.0, 100.0])
def test_clipping_is_torch_s_own_after_scaling(limit: float) -> None:
    ours, theirs = with_gradients(), with_gradients()
    factor = clipping(ours, limit, torch.tensor(0.25))
    torch.testing.assert_close(scaled(ours, 1.0), scaled(theirs, 1.0), rtol=0, atol=0)  # nothing is done to them yet
    for weight, gradient in zip(theirs, scaled(theirs, 0.25), strict=False):
        weight.grad = gradient
    nn.utils.clip_grad_norm_(theirs, limit)
    torch.testing.assert_close(scaled(ours, factor), scaled(theirs, 1.0))


def test_without_a_limit_no_norm_is_taken() -> None:
    weights, scale = with_gradients(), torch.tensor(0.5)
    weights[0].grad = torch.full((3, 4), torch.nan)
    assert clipping(weights, None, scale) is scale


@pytest.mark.parametrize(
    "config",
    [
        SGDConfig(momentum=0.9, weight_decay=0.1),
        RMSpropConfig(),
        AdamConfig(weight_decay=0.1),
        AdamWConfig(),
        MuonConfig(),
    ],
    ids=lambda config: config.kind,
)
def test_a_step_by_a_factor_is_one_by_multiplied_gradients(config: OptimizerConfig) -> None:
    torch.manual_seed(0)
    ours = nn.Linear(3, 4)
    theirs = copy.deepcopy(ours)
    optimizers = [build(config, model) for model in (ours, theirs)]
    for _ in range(3):
        gradients = [torch.randn_like(weight) for weight in ours.parameters()]
        for optimizer, model, factor in zip(optimizers, (ours, theirs), (1.0, 0.25), strict=True):
            set_rate(optimizer, 0.1)
            for weight, gradient in zip(model.parameters(), gradients, strict=True):
                weight.grad = gradient * factor
        optimizers[0].step(torch.tensor(0.25))
        optimizers[1].step()
    for model, optimizer in zip((ours, theirs), optimizers, strict=True):  # a factor is of one step alone
        for weight in model.parameters():
            weight.grad = torch.ones_like(weight)
        optimizer.step()
    torch.testing.assert_close([*ours.parameters()], [*theirs.parameters()])


@pytest.mark.cuda
def test_nothing_waits_for_the_device_while_gradients_are_clipped() -> None:
    weight = nn.Parameter(torch.zeros(5, device="cuda"))
    weight.grad = torch.ones_like(weight)
    scale = torch.tensor(0.5, device="cuda")
    torch.cuda.set_sync_debug_mode("error")
    try:
        clipping([weight], 1.0, scale)
        clipping([weight], None, scale)
    finally:
        torch.cuda.set_sync_debug_mode("default")


def test_a_configuration_is_read_by_its_kind_and_checked() -> None:
    adapter = TypeAdapter(OptimizerConfig)
    plain = {"kind": "sgd", "momentum": 0.9, "rate": {"kind": "constant", "value": 0.1}}
    assert adapter.validate_python(plain) == SGDConfig(momentum=0.9, rate=Constant(value=0.1))
    with pytest.raises(ValueError, match="momentun"):
        adapter.validate_python(plain | {"momentun": 0.9})

import pytest
import torch
from torch import nn

from octavo.training.dynamic import DynamicConfig, Dynamics, GradientSizes, restored


class Weights(nn.Module):
    """Two weights, and one that no cost depends on."""

    def __init__(self) -> None:
        super().__init__()
        self.w = nn.Parameter(torch.tensor([5.0, 5.0]))
        self.unused = nn.Parameter(torch.ones(1))


def cost(model: Weights) -> torch.Tensor:
    """Its gradient is (1, 3)."""
    return (model.w * torch.tensor([1.0, 3.0])).sum()


def test_sgd_by_hand() -> None:
    """w ← w - η g + λ (w₀ - w), twice from (5, 5) with η = 0.1 and λ = 0.5."""
    model = Weights()
    dynamics = Dynamics(model, DynamicConfig(rule="sgd", rate=0.1, decay=0.5))
    dynamics.learn(cost(model))
    assert model.w.tolist() == pytest.approx([4.9, 4.7])
    dynamics.learn(cost(model))
    assert model.w.tolist() == pytest.approx([4.9 - 0.1 + 0.05, 4.7 - 0.3 + 0.15])
    assert model.unused.tolist() == [1.0]


def test_rms_by_hand() -> None:
    """Sizes (2, 4) and, of the weight that had no gradient, 0: a mean of 2; no pull is stronger than 1."""
    model = Weights()
    sizes = [torch.tensor([2.0, 4.0]), torch.zeros(1)]
    dynamics = Dynamics(model, DynamicConfig(rate=0.1, decay=0.8, epsilon=1e-12), sizes)
    dynamics.learn(cost(model))
    assert model.w.tolist() == pytest.approx([5 - 0.1 / 2, 5 - 0.1 * 3 / 4])
    dynamics.learn(cost(model))
    back = 0.8 * 0.05, 1.0 * 0.075
    assert model.w.tolist() == pytest.approx([5 - 2 * 0.05 + back[0], 5 - 2 * 0.075 + back[1]])
    assert model.unused.isfinite().all()


def test_sizes_are_root_mean_squares() -> None:
    model = Weights()
    found = GradientSizes(model)
    for factor in (1.0, 7.0):
        found.learn(factor * cost(model))
    w, unused = found.sizes()
    assert w.tolist() == pytest.approx([5.0, 15.0])
    assert unused.tolist() == [0.0]


def test_weights_are_what_they_were_whatever_happened() -> None:
    model = Weights()

    def fail_half_way() -> None:
        with restored(model):
            Dynamics(model, DynamicConfig(rule="sgd")).learn(cost(model))
            assert model.w.tolist() != [5.0, 5.0]
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail_half_way()
    assert model.w.tolist() == [5.0, 5.0]


@pytest.mark.parametrize(("name", "value"), [("rate", 0.0), ("rate", -1.0), ("decay", 1.5)])
def test_a_bad_number_is_named(name: str, value: float) -> None:
    with pytest.raises(ValueError, match=f"^{name} {value}: a number"):
        DynamicConfig(**{name: value})  # pyrefly: ignore

import pytest
import torch

from octavo.layers.feed_forward import FEEDS, Feed


@pytest.mark.parametrize("feed", FEEDS)
def test_all_have_about_as_many_weights(feed: Feed) -> None:
    weights = sum(weight.numel() for weight in FEEDS[feed](12, 48, 0.0).parameters() if weight.ndim == 2)
    assert weights == 2 * 12 * 48


def test_squares_and_gates_by_hand() -> None:
    squared, gated = FEEDS["squared-relu"](1, 1, 0.0), FEEDS["swiglu"](1, 2, 0.0)
    for part in (squared, gated):
        for weight in part.parameters():
            torch.nn.init.constant_(weight, 2.0)
    x = torch.tensor([[[3.0]], [[-3.0]]])
    assert squared(x).flatten().tolist() == [2 * 36, 0]
    silu = 6 / (1 + torch.exp(torch.tensor(-6.0)))
    assert gated(x)[0].item() == pytest.approx((2 * silu * 6).item())


@pytest.mark.parametrize("feed", FEEDS)
def test_dropout_stands_after_the_nonlinearity(feed: Feed) -> None:
    torch.manual_seed(0)
    part, x = FEEDS[feed](8, 64, 0.5), torch.randn(4, 2, 8)
    assert not torch.equal(part(x), part(x))
    assert torch.equal(part.eval()(x), part(x))

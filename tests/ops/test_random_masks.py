"""Random masks and dropout."""

import pytest
import torch

from octavo.ops.random_masks import dropout, random_mask


@pytest.mark.parametrize("share", [0.001, 0.1, 0.5, 1.0])
def test_a_mask_holds_its_share_everywhere(share: float) -> None:
    torch.manual_seed(0)
    mask = random_mask(torch.empty(4, 50_001), share)
    spread = 5 * (share * (1 - share) / 50_000) ** 0.5
    for part in [*mask, mask[:, ::4], mask[:, 3::4]]:
        assert part.double().mean().item() == pytest.approx(share, abs=2 * spread)


def test_masks_differ_and_follow_the_seed() -> None:
    masks = []
    for seed in (1, 1, 2):
        torch.manual_seed(seed)
        masks.append(random_mask(torch.empty(33, 7), 0.5))
    assert torch.equal(masks[0], masks[1])
    assert not torch.equal(masks[0], masks[2])


def test_dropout_rescales_what_it_keeps_and_its_gradient() -> None:
    x = torch.randn(3001, requires_grad=True)
    y = dropout(x, 0.2)
    (gradient,) = torch.autograd.grad(y.sum(), x)
    kept = y != 0
    torch.testing.assert_close(y, torch.where(kept, x / 0.8, 0.0))
    torch.testing.assert_close(gradient, kept / 0.8)
    assert dropout(x, 0.2, training=False) is x
    assert not dropout(x, 1.0).any()

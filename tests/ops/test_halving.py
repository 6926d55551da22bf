"""Shapes: L length, B batch, D features."""

import pytest
import torch
import torch.nn.functional as F

from octavo.ops.halving import POOLS, Pool, fold


@pytest.mark.parametrize(("pool", "wanted"), [("max", 4.0), ("average", 3.5), ("l2", 5.0)])
def test_pooling_by_hand(pool: Pool, wanted: float) -> None:
    x_LBD = torch.tensor([3.0, 4.0]).view(2, 1, 1)
    torch.testing.assert_close(POOLS[pool](x_LBD), torch.full((1, 1, 1), wanted))


def test_of_equal_features_the_first_gets_the_gradient_as_in_pytorch() -> None:
    """Most features are zero after a ReLU, so most windows are ties."""
    x_LBD = torch.randn(8, 2, 5).relu().requires_grad_()
    POOLS["max"](x_LBD).sum().backward()
    twin_BDL = x_LBD.detach().permute(1, 2, 0).requires_grad_()
    F.max_pool1d(twin_BDL, 2).sum().backward()
    assert x_LBD.grad is not None
    assert twin_BDL.grad is not None
    assert torch.equal(x_LBD.grad, twin_BDL.grad.permute(2, 0, 1))


def test_l2_pooling_of_zeros_has_a_slope() -> None:
    x_LBD = torch.zeros(2, 1, 1, requires_grad=True)
    POOLS["l2"](x_LBD).sum().backward()
    assert x_LBD.grad is not None
    assert x_LBD.grad.isfinite().all()


def test_a_fold_keeps_the_features_of_a_position_together() -> None:
    x_LBG = torch.randn(4, 3, 6)
    y_LBD = fold(x_LBG)
    assert y_LBD.shape == (8, 3, 3)
    for position in range(4):
        assert torch.equal(y_LBD[2 * position], x_LBG[position, :, :3])
        assert torch.equal(y_LBD[2 * position + 1], x_LBG[position, :, 3:])

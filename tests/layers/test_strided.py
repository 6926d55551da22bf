"""Shapes: L length, H = ⌈L / 2⌉, B batch, D input features, G output features."""

import pytest
import torch
import torch.nn.functional as F

from octavo.layers.strided import Doubling, Halving


@pytest.mark.parametrize("length", [1, 2, 3, 8, 9])
def test_halving_is_a_convolution_of_stride_two(length: int) -> None:
    torch.manual_seed(0)
    halving, x_LBD = Halving(3, 4).double(), torch.randn(length, 2, 3, dtype=torch.float64)
    wanted_BGH = F.conv1d(x_LBD.permute(1, 2, 0), halving.weight_3DG.permute(2, 1, 0), stride=2, padding=1)
    torch.testing.assert_close(halving(x_LBD), wanted_BGH.permute(2, 0, 1))


@pytest.mark.parametrize("length", [1, 2, 3, 8, 9])
def test_doubling_is_the_transposed_convolution(length: int) -> None:
    torch.manual_seed(0)
    doubling, y_HBD = Doubling(3, 4).double(), torch.randn(-(-length // 2), 2, 3, dtype=torch.float64)
    weight_DG3 = doubling.weight_3DG.permute(1, 2, 0)
    more = {"stride": 2, "padding": 1, "output_padding": 1 - length % 2}
    wanted_BGL = F.conv_transpose1d(y_HBD.permute(1, 2, 0), weight_DG3, **more)
    torch.testing.assert_close(doubling(y_HBD, length), wanted_BGL.permute(2, 0, 1))


def test_doubling_is_the_transpose_of_halving() -> None:
    """⟨halve x, y⟩ = ⟨x, double y⟩ with the same weights, transposed."""
    torch.manual_seed(0)
    halving, doubling = Halving(3, 4).double(), Doubling(4, 3).double()
    doubling.weight_3DG.data = halving.weight_3DG.data.transpose(1, 2)
    x_LBD, y_HBG = torch.randn(7, 2, 3, dtype=torch.float64), torch.randn(4, 2, 4, dtype=torch.float64)
    torch.testing.assert_close((halving(x_LBD) * y_HBG).sum(), (x_LBD * doubling(y_HBG, 7)).sum())

"""Convolution as shifted products, against PyTorch's own. Shapes: L length, B batch, D inputs, G outputs, K taps."""

import pytest
import torch
from torch import Tensor
from torch.nn.functional import conv1d, pad

from octavo.ops.shifted_products import shifted_products


def random(*shape: int) -> Tensor:
    return torch.randn(shape, dtype=torch.float64, requires_grad=True)


def by_convolution(x_LBD: Tensor, weight_KDG: Tensor, bias_G: Tensor, left: int, dilation: int) -> Tensor:
    padded_BDL = pad(x_LBD.permute(1, 2, 0), (left, (len(weight_KDG) - 1) * dilation - left))
    return conv1d(padded_BDL, weight_KDG.permute(2, 1, 0), bias_G, dilation=dilation).permute(2, 0, 1)


@pytest.mark.parametrize("length", [1, 2, 5, 9])
@pytest.mark.parametrize(
    ("taps", "left", "dilation"), [(1, 0, 1), (2, 1, 1), (2, 0, 1), (5, 2, 1), (6, 5, 1), (3, 4, 2), (3, 3, 3)]
)
def test_values_and_gradients_are_a_convolutions(length: int, taps: int, left: int, dilation: int) -> None:
    inputs = random(length, 2, 3), random(taps, 3, 4), random(4)
    got, wanted = shifted_products(*inputs, left=left, dilation=dilation), by_convolution(*inputs, left, dilation)
    torch.testing.assert_close(got, wanted)
    upstream = torch.randn_like(got)
    torch.testing.assert_close(
        torch.autograd.grad(got, inputs, upstream), torch.autograd.grad(wanted, inputs, upstream)
    )


@pytest.mark.parametrize("length", [1, 2, 5])
def test_what_came_before_is_read_as_if_it_were_there(length: int) -> None:
    inputs = random(length, 2, 3), random(4, 3, 4), random(4), random(3, 2, 3)
    whole_LBD = torch.cat([inputs[3], inputs[0]])
    torch.testing.assert_close(shifted_products(*inputs, left=3), shifted_products(whole_LBD, *inputs[1:3], left=3)[3:])
    assert torch.autograd.gradcheck(lambda *given: shifted_products(*given, left=3), inputs)
    assert torch.autograd.gradgradcheck(lambda *given: shifted_products(*given, left=3), inputs)


def test_autocast_chooses_the_products_precision() -> None:
    x_LBD, weight_KDG = torch.randn(4, 2, 3, requires_grad=True), torch.randn(2, 3, 4, requires_grad=True)
    with torch.autocast("cpu", torch.bfloat16):
        y_LBG = shifted_products(x_LBD, weight_KDG, left=1)
    gradients = torch.autograd.grad(y_LBG.sum(), [x_LBD, weight_KDG])
    assert y_LBG.dtype == torch.bfloat16
    assert [gradient.dtype for gradient in gradients] == [torch.float32, torch.float32]

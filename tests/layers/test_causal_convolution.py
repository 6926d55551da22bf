"""Shapes: L length, B batch, D input features, G output features, P steps before."""

import pytest
import torch
import torch.nn.functional as F

from octavo.layers.causal_convolution import CausalConvolution

CASES = pytest.mark.parametrize(("window", "dilation"), [(1, 1), (2, 1), (3, 1), (3, 4), (2, 7)])


def convolution_of(window: int, dilation: int) -> CausalConvolution:
    torch.manual_seed(0)
    return CausalConvolution(4, 5, window, dilation).double()


@CASES
def test_it_is_pytorchs_convolution_of_the_text_padded_to_its_left(window: int, dilation: int) -> None:
    layer = convolution_of(window, dilation)
    x_LBD = torch.randn(9, 3, 4, dtype=torch.double, requires_grad=True)
    y_LBG, _ = layer(x_LBD, layer.begin(3))
    padded_BDL = F.pad(x_LBD.permute(1, 2, 0), (layer.span, 0))
    wanted_BGL = F.conv1d(padded_BDL, layer.weight_KDG.permute(2, 1, 0), layer.bias_G, dilation=dilation)
    torch.testing.assert_close(y_LBG, wanted_BGL.permute(2, 0, 1))
    inputs, weigh = [x_LBD, *layer.parameters()], torch.randn_like(y_LBG)
    gradients = torch.autograd.grad((y_LBG * weigh).sum(), inputs)
    wanted = torch.autograd.grad((wanted_BGL.permute(2, 0, 1) * weigh).sum(), inputs)
    for gradient, other in zip(gradients, wanted, strict=True):
        torch.testing.assert_close(gradient, other)


@CASES
@pytest.mark.parametrize("cuts", [(1,), (4,), (2, 3), tuple(range(1, 9))])
def test_stretches_that_hand_on_their_state_are_the_whole(window: int, dilation: int, cuts: tuple[int, ...]) -> None:
    layer = convolution_of(window, dilation)
    x_LBD = torch.randn(9, 3, 4, dtype=torch.double)
    whole_LBG, wanted_PBD = layer(x_LBD, layer.begin(3))
    state_PBD, parts = layer.begin(3), []
    for begin, end in zip((0, *cuts), (*cuts, 9), strict=True):
        y_LBG, state_PBD = layer(x_LBD[begin:end], state_PBD)
        parts.append(y_LBG)
    torch.testing.assert_close(torch.cat(parts), whole_LBG)
    assert torch.equal(state_PBD, wanted_PBD)
    assert state_PBD.shape == (layer.span, 3, 4)


def test_the_state_hands_gradients_on() -> None:
    layer = convolution_of(3, 2)
    x_LBD = torch.randn(6, 2, 4, dtype=torch.double, requires_grad=True)
    whole_LBG, _ = layer(x_LBD, layer.begin(2))
    first_LBG, state_PBD = layer(x_LBD[:2], layer.begin(2))
    second_LBG, _ = layer(x_LBD[2:], state_PBD)
    [wanted_LBD] = torch.autograd.grad(whole_LBG.square().sum(), x_LBD)
    [got_LBD] = torch.autograd.grad(torch.cat([first_LBG, second_LBG]).square().sum(), x_LBD)
    torch.testing.assert_close(got_LBD, wanted_LBD)


@pytest.mark.parametrize(("window", "dilation"), [(0, 1), (3, 0)])
def test_what_is_no_convolution_is_refused(window: int, dilation: int) -> None:
    with pytest.raises(ValueError, match=f"window {window} and dilation {dilation}"):
        CausalConvolution(4, 5, window, dilation)

"""Shapes: L length, B batch, D features, V symbols."""

import torch
import torch.nn.functional as F

from octavo.layers.residual import Convolution, Pair, SymbolConvolution, SymbolVectors, linears


def test_the_convolution_of_symbols_is_that_of_one_hot_vectors_with_zeros_for_padding() -> None:
    layer, tokens_LB = SymbolConvolution(7, 5), torch.randint(8, (6, 3))  # 7 is padding
    plain = Convolution(7, 5)
    plain.weight_KDG, plain.bias_G = layer.weight_KVG, layer.bias_G
    one_hot_LBV = F.one_hot(tokens_LB, 8)[..., :7].float()
    torch.testing.assert_close(layer(tokens_LB), plain(one_hot_LBV))


def test_as_wide_as_there_are_symbols_a_byte_is_added_as_it_is() -> None:
    vectors, tokens_LB = SymbolVectors(5, 5), torch.tensor([[0, 4, 5]])
    assert torch.equal(vectors(tokens_LB)[0], torch.eye(6, 5)[[0, 4, 5]])
    assert not list(vectors.parameters())
    assert not list(vectors.state_dict())
    assert not SymbolVectors(5, 3)(tokens_LB)[0, 2].any()


def test_a_pair_is_what_its_equation_says() -> None:
    pair, x_LBD = Pair(Convolution(4, 4), Convolution(4, 4)), torch.randn(6, 2, 4)
    wanted_LBD = (x_LBD + pair.second(pair.first(x_LBD).relu())).relu()
    assert torch.equal(pair(x_LBD), wanted_LBD)


def test_linear_layers_are_residual_in_pairs_too() -> None:
    group, z_BZ = linears(4, 4, depth=4, gain=1.0, end=torch.sigmoid), torch.randn(3, 4)
    first, last = [pair for pair in group if isinstance(pair, Pair)]
    h_BZ = (z_BZ + first.second(first.first(z_BZ).relu())).relu()
    torch.testing.assert_close(group(z_BZ), (h_BZ + last.second(last.first(h_BZ).relu())).sigmoid())


def test_he_keeps_the_size_of_what_passes_a_relu() -> None:
    torch.manual_seed(0)
    x_LBD = torch.randn(64, 8, 128).relu()
    ratio = Convolution(128, 128)(x_LBD)[1:-1].square().mean() / 2 / x_LBD.square().mean()
    assert 0.9 < ratio < 1.1

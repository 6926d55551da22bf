"""Shapes: L length, B batch, D features."""

from functools import partial
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from octavo.layers.causal_attention import CausalAttention
from octavo.layers.feed_forward import ReLUFeed
from octavo.layers.positions import Place
from octavo.layers.transformer import NormedAfter, NormedBefore

NORMS = [nn.LayerNorm, nn.RMSNorm]


def _layer(kind: Any, norm: type[nn.Module]) -> Any:
    torch.manual_seed(0)
    layer = kind(CausalAttention(8, 2, 5), ReLUFeed(8, 12), None, norm)
    for parameter in layer.parameters():
        nn.init.normal_(parameter)
    return layer


def _by_hand(layer: Any, x_LBD: Tensor, before: bool) -> Tensor:
    for part, norm in ((partial(_attended, layer.attention), layer.attention_norm), (layer.feed, layer.feed_norm)):
        x_LBD = x_LBD + part(norm(x_LBD)) if before else norm(x_LBD + part(x_LBD))
    return x_LBD


def _attended(attention: CausalAttention, x_LBD: Tensor) -> Tensor:
    return attention(x_LBD, attention.begin(x_LBD.shape[1]), Place(0))[0]


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("kind", [NormedAfter, partial(NormedBefore, layers=6)], ids=["after", "before"])
def test_norms_stand_where_the_layer_says(kind: Any, norm: type[nn.Module]) -> None:
    layer, x_LBD = _layer(kind, norm), torch.randn(5, 3, 8)
    y_LBD, _ = layer(x_LBD, layer.attention.begin(3), Place(0))
    torch.testing.assert_close(y_LBD, _by_hand(layer, x_LBD, before=isinstance(layer, NormedBefore)))
    assert isinstance(layer.attention_norm, norm)

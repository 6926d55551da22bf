"""Weights kept in fewer bits."""

import pytest
import torch
from torch import nn

from octavo.layers.qrnn import QRNN
from octavo.layers.residual import SymbolConvolution, SymbolVectors
from octavo.layers.rounding import round_weights
from octavo.layers.strided import Halving
from octavo.ops.streaming import WeightForm


def test_each_output_has_a_scale_of_its_own() -> None:
    model = nn.ModuleList([nn.Linear(30, 4), QRNN(30, 4), nn.LSTM(30, 4), Halving(30, 4), SymbolConvolution(30, 4)])
    with torch.no_grad():
        for weight in model.parameters():
            weight.mul_(torch.logspace(-3, 3, weight.shape[0]).view(-1, *[1] * (weight.dim() - 1)))
    before = {name: weight.clone() for name, weight in model.named_parameters()}
    round_weights(model, "int8")
    for name, weight in model.named_parameters():
        if weight.dim() == 1:
            assert torch.equal(weight, before[name])
            continue
        rows, old = (one.flatten(0, -2).t() if one.dim() == 3 else one for one in (weight.detach(), before[name]))
        assert all(len(row.unique()) <= 255 for row in rows)
        step_G = old.abs().amax(1) / 127
        assert ((rows - old).abs().amax(1) <= step_G / 2 * 1.001).all()
        assert not torch.equal(rows, old)


@pytest.mark.parametrize("form", ["fp32", "bf16"])
def test_halves_are_halves_and_singles_are_left(form: WeightForm) -> None:
    embedding, symbols, linear = nn.Embedding(5, 6), SymbolVectors(5, 6), nn.Linear(6, 7)
    before = [weight.detach().clone() for weight in (embedding.weight, symbols.weight_VD)]
    weight = linear.weight.detach().clone()
    round_weights(nn.Sequential(embedding, symbols, linear), form)
    assert torch.equal(embedding.weight, before[0])
    assert torch.equal(symbols.weight_VD, before[1])
    assert torch.equal(linear.weight, weight if form == "fp32" else weight.bfloat16().float())

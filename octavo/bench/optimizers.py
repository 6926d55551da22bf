"""An update of the weights, gradients clipped: Octavo's factor within a fused step against PyTorch's defaults.

The weights are those of the PTB QRNN of two layers of 640 with 10,000 words.
"""

from collections.abc import Iterator
from functools import partial
from typing import Any

import torch
from torch import nn

from octavo.bench.ceilings import copy_rate
from octavo.bench.timing import medians
from octavo.bench.update import stock_update
from octavo.interfaces import Alphabet
from octavo.models import build_model
from octavo.recipes import recipe
from octavo.training.optimizers import AdamConfig, Optimizer, SGDConfig, build, clipping, set_rate

WORDS, LIMIT, RATE = 10_000, 10.0, 1e-3
FORMS = {"SGD": (SGDConfig(), torch.optim.SGD), "Adam": (AdamConfig(), torch.optim.Adam)}
# Read and written of a weight: its gradient for the norm, then gradient, weight and Adam's two averages.
BYTES = {"SGD": 4 + 8 + 4, "Adam": 4 + 16 + 12}


def rows(device: torch.device) -> Iterator[dict[str, Any]]:
    """A row for each optimizer: milliseconds of a clipped update, both ways."""
    model = build_model(recipe("qrnn-ptb").model, Alphabet(WORDS, 0)).to(device)
    weights = list(model.parameters())
    for weight in weights:
        weight.grad = torch.randn_like(weight)
    one = torch.ones((), device=device)
    for name, (config, stock) in FORMS.items():
        optimizer = build(config, model)
        set_rate(optimizer, RATE)
        works = {
            "fused": partial(_fused, optimizer, weights, one),
            "stock": partial(stock_update, stock(weights, lr=RATE), LIMIT),
        }
        taken = medians(works, rounds=5, seconds=0.2)
        count = sum(weight.numel() for weight in weights)
        size = BYTES[name] * count
        yield {
            "optimizer": name,
            "parameters": count,
            **{f"{form}_ms": round(1e3 * seconds, 1) for form, seconds in taken.items()},
            "times_stock": round(taken["stock"] / taken["fused"], 2),
            "share_of_copy": round(size / taken["fused"] / copy_rate(size, device), 3),
        }


def _fused(optimizer: Optimizer, weights: list[nn.Parameter], one: torch.Tensor) -> None:
    optimizer.step(clipping(weights, LIMIT, one))

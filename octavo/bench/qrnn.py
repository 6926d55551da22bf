"""One QRNN layer against `nn.LSTM` of the same size: the grid of the paper's Figure 4, forward and training.

Both take [length, batch, 320] to 320 units; window 2, fo-pooling. "As called" holds Octavo's default precision
against `nn.LSTM` in fp32, as a user calls it.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from octavo.bench.timing import medians
from octavo.layers.qrnn import QRNN
from octavo.training.precision import Resolved, autocast, resolve_precision

UNITS = 320
BATCHES = (1, 8, 32, 128, 256)
LENGTHS = (32, 64, 128, 256, 512)
ENOUGH = 2.0  # seconds for a cell, of which the grid has many
FLOPS = 3 * 2 * 2 * UNITS * 3 * UNITS  # of a token: forward, twice backward; two taps, three gates


def rows(device: torch.device) -> Iterator[dict[str, Any]]:
    """A row for each batch and length: milliseconds, and how many times faster than `nn.LSTM` QRNN is."""
    layers: dict[str, nn.Module] = {"qrnn": QRNN(UNITS, UNITS).to(device), "lstm": nn.LSTM(UNITS, UNITS).to(device)}
    default = resolve_precision("auto", device)
    precisions: list[Resolved] = ["fp32", "bf16"] if default == "bf16" else ["fp32"]
    for batch in BATCHES:
        for length in LENGTHS:
            yield _row(layers, batch, length, device, precisions)


def _row(
    layers: dict[str, nn.Module], batch: int, length: int, device: torch.device, precisions: list[Resolved]
) -> dict[str, Any]:
    x_LBD = torch.randn(length, batch, UNITS, device=device)
    works: dict[str, Callable[[], None]] = {}
    for precision in precisions:
        for name, layer in layers.items():
            works[f"{name}_forward_{precision}"] = partial(_forward, layer, x_LBD, precision)
            works[f"{name}_training_{precision}"] = partial(training, layer, x_LBD, precision)
    taken = medians(works, seconds=0.02, enough=ENOUGH)
    times = {
        f"times_lstm_{work}_{precision}": taken[f"lstm_{work}_{precision}"] / taken[f"qrnn_{work}_{precision}"]
        for work in ("forward", "training")
        for precision in precisions
    }
    as_called = taken["lstm_training_fp32"] / taken[f"qrnn_training_{precisions[-1]}"]
    return {
        "batch": batch,
        "length": length,
        **{name: round(value, 2) for name, value in times.items()},
        "times_lstm_training_as_called": round(as_called, 2),
        "training_GFLOP_per_s": round(FLOPS * batch * length / taken[f"qrnn_training_{precisions[-1]}"] / 1e9, 1),
        "milliseconds": {name: round(1e3 * seconds, 3) for name, seconds in taken.items()},
    }


@torch.no_grad()
def _forward(layer: nn.Module, x_LBD: Tensor, precision: Resolved) -> None:
    with autocast(x_LBD.device, precision):
        layer(x_LBD)


def training(layer: nn.Module, x_LBD: Tensor, precision: Resolved) -> None:
    layer.zero_grad()
    with autocast(x_LBD.device, precision):
        output_LBH, _ = layer(x_LBD.detach().requires_grad_())
    output_LBH.sum().backward()

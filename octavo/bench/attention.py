"""Attention as T12 has it, forward and backward: written out, and by PyTorch's own kernels.

Which of them `octavo.ops.attention.attend` takes was chosen by this. B batch, H heads, L length, E features.
"""

from collections.abc import Iterator
from functools import partial
from typing import Any

import torch
from torch import Tensor

from octavo.bench.timing import medians
from octavo.ops.attention import attend, attend_fused, attend_plain
from octavo.training.precision import DTYPES, resolve_precision

BATCH, HEADS, LENGTH, FEATURES = 4, 2, 512, 256
WAYS = {"chosen": attend, "plain": attend_plain, "fused": attend_fused}


def rows(device: torch.device) -> Iterator[dict[str, Any]]:
    """A row with and without dropped weights, in the precision that a training takes by default."""
    precision = resolve_precision("auto", device)
    asked = torch.randn(3, BATCH, HEADS, LENGTH, FEATURES, device=device, dtype=DTYPES[precision], requires_grad=True)
    for dropout in (0.0, 0.2):
        works = {name: partial(_both_ways, way, asked, dropout) for name, way in WAYS.items()}
        taken = medians(works, rounds=5, seconds=0.2)
        yield {
            "precision": precision,
            "dropout": dropout,
            **{f"{name}_ms": round(1e3 * seconds, 2) for name, seconds in taken.items()},
            "fused_times_plain": round(taken["plain"] / taken["fused"], 2),
        }


def _both_ways(way: Any, asked_3BHLE: Tensor, dropout: float) -> None:
    asked_3BHLE.grad = None
    way(*asked_3BHLE, context=LENGTH, dropout=dropout).sum().backward()

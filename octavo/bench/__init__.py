"""Speed, as ratios: the machine's own ceilings first, then each part against them and against stock PyTorch."""

from collections.abc import Callable, Iterator
from typing import Any

import torch

from octavo.bench import (
    conv,
    data,
    decoding,
    generate,
    qrnn,
    recurrence,
    scaling,
    softmax,
    step,
    streaming,
    transformer,
)
from octavo.bench.ceilings import copy_rate, product_rate
from octavo.environment import environment
from octavo.training.precision import resolve_precision

Row = dict[str, Any]

BENCHES: dict[str, Callable[[torch.device], Iterator[Row]]] = {
    "recurrence": recurrence.rows,
    "conv": conv.rows,
    "qrnn": qrnn.rows,
    "softmax": softmax.rows,
    "lm-step": step.rows,
    "transformer": transformer.rows,
    "streaming": streaming.rows,
    "decoding": decoding.rows,
    "generate": generate.rows,
    "data": data.rows,
    "scaling": scaling.rows,
}


def machine(device: torch.device) -> Row:
    """Which machine this is, and its ceilings: copying, in GB/s, and matrix products, in GFLOP/s."""
    # A CPU without bf16 products emulates them, hundreds of times slower: a small one shows that as well.
    half = 2048 if resolve_precision("auto", device) == "bf16" else 128
    return {
        **environment(device, "fp32 and bf16"),
        "copy_16MB_GB_per_s": round(copy_rate(16 << 20, device) / 1e9, 1),
        "copy_256MB_GB_per_s": round(copy_rate(256 << 20, device) / 1e9, 1),
        "product_fp32_GFLOP_per_s": round(product_rate(2048, 2048, 2048, torch.float32, device) / 1e9),
        "product_bf16_GFLOP_per_s": round(product_rate(half, half, half, torch.bfloat16, device) / 1e9),
    }

"""Speed, as ratios: the machine's own ceilings first, then each part against them and against stock PyTorch."""

from collections.abc import Callable, Iterator
from typing import Any

import torch

from octavo.bench import (
    allocator,
    attention,
    conv,
    data,
    decoding,
    generate,
    optimizers,
    qrnn,
    recurrence,
    scaling,
    softmax,
    step,
    streaming,
    systems,
    transformer,
)
from octavo.bench.ceilings import copy_rate, read_rate, square_rate
from octavo.environment import environment

Row = dict[str, Any]

BENCHES: dict[str, Callable[[torch.device], Iterator[Row]]] = {
    "recurrence": recurrence.rows,
    "conv": conv.rows,
    "softmax": softmax.rows,
    "lm-step": step.rows,
    "attention": attention.rows,
    "transformer": transformer.rows,
    "systems": systems.rows,
    "optimizers": optimizers.rows,
    "allocator": allocator.rows,
    "streaming": streaming.rows,
    "decoding": decoding.rows,
    "generate": generate.rows,
    "data": data.rows,
    "scaling": scaling.rows,
    "qrnn": qrnn.rows,  # last: it takes longest, and what was measured before it is kept when it is stopped
}


def machine(device: torch.device) -> Row:
    """Which machine this is, and its ceilings: copying and reading, in GB/s, and matrix products, in GFLOP/s."""
    return {
        **environment(device, "fp32 and bf16"),
        "instructions": torch.backends.cpu.get_cpu_capability(),
        "copy_16MB_GB_per_s": round(copy_rate(16 << 20, device) / 1e9, 1),
        "copy_256MB_GB_per_s": round(copy_rate(256 << 20, device) / 1e9, 1),
        "read_16MB_GB_per_s": round(read_rate(16 << 20, device) / 1e9, 1),
        "read_256MB_GB_per_s": round(read_rate(256 << 20, device) / 1e9, 1),
        "product_fp32_GFLOP_per_s": round(square_rate("fp32", device) / 1e9),
        "product_bf16_GFLOP_per_s": round(square_rate("bf16", device) / 1e9),
    }

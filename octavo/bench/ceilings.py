"""What the machine itself can do: copying memory and multiplying matrices."""

from typing import Literal

import torch

from octavo.bench.timing import medians
from octavo.training.precision import resolve_precision

Precision = Literal["fp32", "bf16"]


def copy_rate(size: int, device: torch.device) -> float:
    """Bytes a second, read and written, of a copy whose two sides take `size` bytes together."""
    source = torch.ones(max(1, size // 8), device=device)
    target = torch.empty_like(source)
    return 8 * source.numel() / medians({"copy": lambda: target.copy_(source)})["copy"]


def square_rate(precision: Precision, device: torch.device) -> float:
    """The rate of large square products in a precision: what a training is held against.

    A CPU without bf16 products emulates them, hundreds of times slower: a small one shows that as well.
    """
    side = 128 if precision == "bf16" and resolve_precision("auto", device) == "fp32" else 2048
    return product_rate(side, side, side, torch.bfloat16 if precision == "bf16" else torch.float32, device)


def product_rate(rows: int, inner: int, columns: int, dtype: torch.dtype, device: torch.device) -> float:
    """Floating-point operations a second of a matrix product of this shape."""
    a = torch.randn(rows, inner, device=device).to(dtype)
    b = torch.randn(inner, columns, device=device).to(dtype)
    return 2 * rows * inner * columns / medians({"product": lambda: a @ b})["product"]

"""What the machine itself can do: copying memory and multiplying matrices."""

from typing import NamedTuple

import torch

from octavo.bench.timing import Work, medians
from octavo.training.precision import DTYPES, Resolved, resolve_precision


def copy_rate(size: int, device: torch.device) -> float:
    """Bytes a second, read and written, of a copy whose two sides take `size` bytes together."""
    source = torch.ones(max(1, size // 8), device=device)
    target = torch.empty_like(source)
    return 8 * source.numel() / medians({"copy": lambda: target.copy_(source)})["copy"]


def read_rate(size: int, device: torch.device) -> float:
    """Bytes a second of reading so many, as adding them up does."""
    values = torch.ones(max(1, size // 4), device=device)
    return 4 * values.numel() / medians({"read": values.sum})["read"]


class Product(NamedTuple):
    """A matrix product to be timed beside what is held against its rate, and its operations."""

    work: Work
    operations: int


def square(precision: Resolved, device: torch.device) -> Product:
    """A large square product in a precision: what a training is held against.

    A CPU without bf16 products emulates them, hundreds of times slower: a small one shows that as well.
    """
    side = 128 if precision == "bf16" and resolve_precision("auto", device) == "fp32" else 2048
    a, b = torch.randn(2, side, side, device=device).to(DTYPES[precision])
    return Product(lambda: a @ b, 2 * side**3)


def square_rate(precision: Resolved, device: torch.device) -> float:
    """Floating-point operations a second of such a product."""
    product = square(precision, device)
    return product.operations / medians({"product": product.work})["product"]

"""What the machine itself can do: copying memory and multiplying matrices."""

import torch

from octavo.bench.timing import medians


def copy_rate(size: int, device: torch.device) -> float:
    """Bytes a second, read and written, of a copy whose two sides take `size` bytes together."""
    source = torch.ones(max(1, size // 8), device=device)
    target = torch.empty_like(source)
    return 8 * source.numel() / medians({"copy": lambda: target.copy_(source)})["copy"]


def product_rate(rows: int, inner: int, columns: int, dtype: torch.dtype, device: torch.device) -> float:
    """Floating-point operations a second of a matrix product of this shape."""
    a = torch.randn(rows, inner, device=device).to(dtype)
    b = torch.randn(inner, columns, device=device).to(dtype)
    return 2 * rows * inner * columns / medians({"product": lambda: a @ b})["product"]

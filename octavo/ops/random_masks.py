"""Random masks, and the dropout made of them: on CPU several times faster than PyTorch's own."""

import torch
from torch import Tensor


def random_mask(like: Tensor, share: float) -> Tensor:
    """True for a share of the elements, each by chance: on CPU with 16 random bits, so to the nearest 1/65536.

    >>> random_mask(torch.zeros(100), 1.0).sum()
    tensor(100)
    """
    if like.device.type != "cpu":
        return torch.empty_like(like, dtype=torch.bool).bernoulli_(share)
    words = torch.randint(-(2**63), 2**63 - 1, ((like.numel() + 3) // 4,))
    bits = words.view(torch.int16)[: like.numel()].view(like.shape)
    return bits <= round(share * 65536) - 32769


def dropout(x: Tensor, share: float, training: bool = True) -> Tensor:
    """Zero a share of the elements and rescale the rest, as `torch.nn.functional.dropout` does."""
    if not training or share == 0:
        return x
    if share == 1 or x.device.type != "cpu":
        return torch.nn.functional.dropout(x, share)
    return (x * (1 / (1 - share))).masked_fill(random_mask(x, share), 0.0)

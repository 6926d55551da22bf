"""Causal attention by heads, the fast form beside its plain one.

Shapes: B batch, H heads, L positions that ask, S positions that are looked at, E features of a head. The last L of the
S are those that ask.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from octavo.ops.random_masks import dropout as drop


def attend_plain(q_BHLE: Tensor, k_BHSE: Tensor, v_BHSE: Tensor, context: int, dropout: float = 0.0) -> Tensor:
    """softmax(q kᵀ / √E) v over the newest `context`, a share of the weights dropped (Vaswani et al. 2017, eq. 1)."""
    allowed_LS = banded(q_BHLE.shape[2], k_BHSE.shape[2], context, q_BHLE.device)
    scores_BHLS = (q_BHLE * q_BHLE.shape[-1] ** -0.5) @ k_BHSE.mT
    hidden_LS = torch.zeros_like(allowed_LS, dtype=scores_BHLS.dtype).masked_fill_(~allowed_LS, float("-inf"))
    weights_BHLS = drop((scores_BHLS + hidden_LS).softmax(-1), dropout)
    return weights_BHLS.to(v_BHSE.dtype) @ v_BHSE


def attend_fused(q_BHLE: Tensor, k_BHSE: Tensor, v_BHSE: Tensor, context: int, dropout: float = 0.0) -> Tensor:
    """The same by PyTorch's own kernels, which hold no L × S weights."""
    asking, seen = q_BHLE.shape[2], k_BHSE.shape[2]
    if asking == 1 and seen <= context:
        return F.scaled_dot_product_attention(q_BHLE, k_BHSE, v_BHSE, dropout_p=dropout)
    if asking == seen <= context:
        return F.scaled_dot_product_attention(q_BHLE, k_BHSE, v_BHSE, is_causal=True, dropout_p=dropout)
    allowed_LS = banded(asking, seen, context, q_BHLE.device)
    return F.scaled_dot_product_attention(q_BHLE, k_BHSE, v_BHSE, attn_mask=allowed_LS, dropout_p=dropout)


def attend(q_BHLE: Tensor, k_BHSE: Tensor, v_BHSE: Tensor, context: int, dropout: float = 0.0) -> Tensor:
    """On a CPU the plain form in bf16, and wherever weights are dropped, where it is faster; elsewhere PyTorch's own.

    Of short texts in fp32 that is a tenth slower on a CPU, but it keeps no L × S weights for the backward.
    """
    plain = q_BHLE.device.type == "cpu" and (dropout > 0 or q_BHLE.dtype == torch.bfloat16)
    return (attend_plain if plain else attend_fused)(q_BHLE, k_BHSE, v_BHSE, context, dropout)


def banded(asking: int, seen: int, context: int, device: torch.device | str = "cpu") -> Tensor:
    """allowed_LS: each position sees itself and the context - 1 before it.

    >>> banded(2, 4, 3).int()
    tensor([[1, 1, 1, 0],
            [0, 1, 1, 1]], dtype=torch.int32)
    """
    places_L1 = torch.arange(seen - asking, seen, device=device)[:, None]
    places_S = torch.arange(seen, device=device)
    return (places_S <= places_L1) & (places_S > places_L1 - context)

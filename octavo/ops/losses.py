"""Losses in nats: cross entropy, fused with the product that makes the logits, beside its plain form; KLs.

Shapes: N positions (length × batch, flattened), D features, V vocabulary; O, P, S, T ids of it: targets, others, those
drawn of them, all taken; B batch, Z latent features, C classes.
"""

from math import ceil
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd.function import once_differentiable

from octavo.ops.cross_entropy import cross_entropy_rows, wide

CHUNK_ELEMENTS = 1 << 23  # logits held at once: small beside the whole, large enough for the products
FLAT = 30  # ids so near the most frequent are drawn about alike: of few words of English the estimate is best so
LEAST_ROWS = 512  # but so many positions, however large the vocabulary: each chunk goes over all output weights


def linear_cross_entropy_plain(
    x_ND: Tensor, weight_VD: Tensor, bias_V: Tensor | None, target_N: Tensor, share_N: Tensor
) -> tuple[Tensor, Tensor]:
    """Σ_n share_n · −log softmax(W x_n + b)[target_n], and each position's nats: the readable twin."""
    logits_NV = F.linear(x_ND, weight_VD, bias_V)
    nats_N = F.cross_entropy(logits_NV.to(wide(logits_NV.dtype)), target_N, reduction="none")
    return (share_N * nats_N).sum(), nats_N.detach()


def linear_cross_entropy(
    x_ND: Tensor, weight_VD: Tensor, bias_V: Tensor | None, target_N: Tensor, share_N: Tensor
) -> tuple[Tensor, Tensor]:
    """The same total and nats, never holding all logits: gradients are made in the forward, chunk by chunk.

    A position with a share of zero is ignored; its nats are still returned.
    """
    low, learns = _product_dtype(x_ND), torch.is_grad_enabled()
    return _LinearCrossEntropy.apply(x_ND, weight_VD, bias_V, target_N, share_N, low, learns)


def sampled_cross_entropy(
    x_ND: Tensor, weight_VD: Tensor, bias_V: Tensor | None, target_N: Tensor, share_N: Tensor, draws: int
) -> tuple[Tensor, Tensor]:
    """The same, estimated at the cost of few ids: the sum is of all targets, and of some `draws` of the others.

    Each of those is drawn by its own chance, the same for all positions, and stands for as many as that leaves out: on
    average the sum is right and its logarithm, of which the nats are made, a little low (Jensen). Where none is left
    out all is exact.
    """
    own_O, place_N = target_N.unique(return_inverse=True)
    is_other_V = torch.ones_like(weight_VD[:, 0], dtype=torch.bool).index_fill(0, own_O, False)
    other_P = is_other_V.nonzero().squeeze(1)
    chance_P = chances(other_P, draws)
    is_drawn_P = torch.rand_like(chance_P) < chance_P
    id_T = torch.cat([own_O, other_P[is_drawn_P]])
    stands_for_T = torch.cat([torch.zeros_like(own_O, dtype=torch.double), -chance_P[is_drawn_P].log()]).to(weight_VD)
    bias_T = stands_for_T if bias_V is None else bias_V[id_T] + stands_for_T
    return linear_cross_entropy(x_ND, F.embedding(id_T, weight_VD), bias_T, place_N, share_N)


def chances(id_P: Tensor, draws: int) -> Tensor:
    """min(1, c / (id + FLAT)) of rising ids, so that `draws` of them are drawn on average: all, if there are no more.

    Codecs number by frequency, and of word v Zipf has 1 / v: what has most of the sum is seldom left to chance.
    """
    if draws >= len(id_P):
        return torch.ones_like(id_P, dtype=torch.double)
    rate_P = 1 / (id_P.double() + FLAT)
    left_P = draws - torch.arange(len(id_P), device=id_P.device)  # to be drawn, were all ids before this one sure
    chance_P = left_P * rate_P / rate_P.flip(0).cumsum(0).flip(0)
    sure = int((chance_P >= 1).sum())  # the first few: from the first that is not, none is
    return torch.cat([torch.ones_like(chance_P[:sure]), rate_P[sure:] * (chance_P[sure] / rate_P[sure])])


def gaussian_kl(mean_BZ: Tensor, log_variance_BZ: Tensor) -> Tensor:
    """KL(N(μ, σ²) ‖ N(0, 1)) = ½ (μ² + σ² − 1 − log σ²) of each dimension, kl_BZ (Kingma & Welling 2013, app. B)."""
    return 0.5 * (mean_BZ.square() + log_variance_BZ.exp() - 1 - log_variance_BZ)


def categorical_kl(log_q_BC: Tensor, log_p_C: Tensor) -> Tensor:
    """KL(q ‖ p) = Σ_c q_c (log q_c − log p_c) of each document, kl_B; a class that q never takes adds nothing."""
    q_BC = log_q_BC.exp()
    return torch.where(q_BC > 0, q_BC * (log_q_BC - log_p_C), 0.0).sum(-1)


def _product_dtype(x_ND: Tensor) -> torch.dtype:
    device = x_ND.device.type
    return torch.get_autocast_dtype(device) if torch.is_autocast_enabled(device) else x_ND.dtype


class _LinearCrossEntropy(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any,
        x_ND: Tensor,
        weight_VD: Tensor,
        bias_V: Tensor | None,
        target_N: Tensor,
        share_N: Tensor,
        low: torch.dtype,
        learns: bool,
    ) -> tuple[Tensor, Tensor]:
        # needs_input_grad is about the inputs alone: it is true of weights under no_grad as well.
        wants_x, wants_weight, wants_bias = (learns and needs for needs in ctx.needs_input_grad[:3])
        x_low_ND, weight_low_VD = x_ND.to(low), weight_VD.to(low)
        bias_low_V = None if bias_V is None else bias_V.to(low)
        wants = wants_x or wants_weight or wants_bias
        nats_N = x_ND.new_empty(len(x_ND), dtype=wide(low))
        grad_x_ND = torch.empty_like(x_low_ND) if wants_x else None
        grad_weight_VD = torch.zeros_like(weight_VD) if wants_weight else None
        grad_bias_V = torch.zeros_like(bias_V) if wants_bias and bias_V is not None else None
        for part in _chunks(len(x_ND), len(weight_VD)):
            error_nV = F.linear(x_low_ND[part], weight_low_VD, bias_low_V)  # logits until they are written over
            nats_N[part] = cross_entropy_rows(error_nV, target_N[part], share_N[part] if wants else None)
            if grad_x_ND is not None:
                torch.mm(error_nV, weight_low_VD, out=grad_x_ND[part])
            if grad_weight_VD is not None:
                _add_product(grad_weight_VD, error_nV.t(), x_low_ND[part])
            if grad_bias_V is not None:
                grad_bias_V += error_nV.sum(0, dtype=grad_bias_V.dtype)
        ctx.save_for_backward(grad_x_ND, grad_weight_VD, grad_bias_V, nats_N)
        ctx.mark_non_differentiable(nats_N)
        ctx.set_materialize_grads(False)
        return (share_N * nats_N).sum(), nats_N

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grad_outputs: Any) -> tuple[Tensor | None, ...]:  # pyrefly: ignore
        grad = grad_outputs[0]  # the nats, returned beside the total, are for reporting
        grad_x_ND, grad_weight_VD, grad_bias_V, nats_N = ctx.saved_tensors
        scaled = [None if made is None else made * grad for made in (grad_x_ND, grad_weight_VD, grad_bias_V)]
        return *scaled, None, nats_N * grad if ctx.needs_input_grad[4] else None, None, None


def _chunks(positions: int, vocabulary: int) -> list[slice]:
    """As few as there can be, about equally large: products of a small rest would be slow ones."""
    most = max(LEAST_ROWS, CHUNK_ELEMENTS // vocabulary)
    size = ceil(positions / max(1, ceil(positions / most))) or 1
    return [slice(start, start + size) for start in range(0, positions, size)]


def _add_product(sum_VD: Tensor, a_Vn: Tensor, b_nD: Tensor) -> None:
    if a_Vn.dtype == sum_VD.dtype:
        sum_VD.addmm_(a_Vn, b_nD)
    else:
        sum_VD += a_Vn @ b_nD

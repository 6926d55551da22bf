"""Weights kept in fewer bits: rounded where they stand, so that whatever computes with them shows what it costs."""

import torch
from torch import Tensor, nn

from octavo.ops.streaming import WeightForm, row_scales


@torch.no_grad()
def round_weights(model: nn.Module, form: WeightForm) -> None:
    """Round every matrix to bf16, or to int8 with a scale for each output; vectors and embeddings stay in fp32."""
    if form == "fp32":
        return
    for module in model.modules():
        for name, weight in module.named_parameters(recurse=False):
            if weight.dim() > 1 and not isinstance(module, nn.Embedding):
                # A convolution's weight_KDG has its outputs last, every other matrix first.
                rows_GX = weight.flatten(0, -2).t() if name.endswith("_KDG") else weight.flatten(1)
                rounded_GX = _rounded(rows_GX, form)
                weight.copy_((rounded_GX.t() if name.endswith("_KDG") else rounded_GX).reshape(weight.shape))


def _rounded(rows_GX: Tensor, form: WeightForm) -> Tensor:
    if form == "bf16":
        return rows_GX.bfloat16().to(rows_GX.dtype)
    scale_G1 = row_scales(rows_GX)[:, None]
    return (rows_GX / scale_G1).round() * scale_G1

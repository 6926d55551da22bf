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
            if weight.dim() == 2 and not isinstance(module, nn.Embedding) and not name.endswith("_VD"):
                weight.copy_(_rounded(weight, form))
            elif weight.dim() == 3:  # a matrix for each tap or place, [taps, inputs, outputs]
                weight.copy_(_rounded(weight.flatten(0, 1).t(), form).t().reshape(weight.shape))


def _rounded(rows_GX: Tensor, form: WeightForm) -> Tensor:
    if form == "bf16":
        return rows_GX.bfloat16().to(rows_GX.dtype)
    scale_G1 = row_scales(rows_GX)[:, None]
    return (rows_GX / scale_G1).round() * scale_G1

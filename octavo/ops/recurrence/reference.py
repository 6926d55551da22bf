"""The gated recurrence in plain PyTorch: any device, any precision, differentiable as often as you like.

Shapes: L length, B batch, H channels.
"""

from typing import NamedTuple

import torch
from torch import Tensor


class Pooled(NamedTuple):
    """Gated outputs h, ungated states c, and each text's last state; past a text's end both are zero."""

    output_LBH: Tensor
    states_LBH: Tensor
    final_BH: Tensor


def pool(
    z_LBH: Tensor,
    f_LBH: Tensor,
    o_LBH: Tensor | None = None,
    i_LBH: Tensor | None = None,
    initial_BH: Tensor | None = None,
    lengths_B: Tensor | None = None,
) -> Pooled:
    """Pool pre-activations over time.

    c_t = σ(f_t) c_{t-1} + σ(-f_t) tanh(z_t), or σ(i_t) for σ(-f_t); h_t = σ(o_t) c_t (Bradbury et al. 2017, eq. 3-5)
    """
    precision = torch.promote_types(z_LBH.dtype, torch.float32)
    forget_LBH = f_LBH.to(precision)
    input_LBH = -forget_LBH if i_LBH is None else i_LBH.to(precision)
    added_LBH = input_LBH.sigmoid() * z_LBH.to(precision).tanh()
    initial_BH = torch.zeros_like(added_LBH[0]) if initial_BH is None else initial_BH.to(precision)
    states_LBH, final_BH = _scan(forget_LBH.sigmoid(), added_LBH, initial_BH, lengths_B)
    gated_LBH = states_LBH if o_LBH is None else states_LBH * o_LBH.to(precision).sigmoid()
    return Pooled(gated_LBH.to(z_LBH.dtype), states_LBH, final_BH)


def _scan(kept_LBH: Tensor, added_LBH: Tensor, c_BH: Tensor, lengths_B: Tensor | None) -> tuple[Tensor, Tensor]:
    states = []
    for t, (kept_BH, added_BH) in enumerate(zip(kept_LBH.unbind(), added_LBH.unbind(), strict=True)):
        next_BH = kept_BH * c_BH + added_BH
        if lengths_B is None:
            c_BH = next_BH
            states.append(c_BH)
        else:
            goes_on_B1 = (t < lengths_B)[:, None]
            c_BH = torch.where(goes_on_B1, next_BH, c_BH)
            states.append(torch.where(goes_on_B1, next_BH, 0.0))
    return torch.stack(states), c_BH

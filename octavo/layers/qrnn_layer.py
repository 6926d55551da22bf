"""The quasi-recurrent layer (Bradbury et al. 2017): gates from a convolution over time, pooled by a recurrence.

Shapes: L length, B batch, D input features, H channels, G gates × channels, P = window - 1 inputs that came before.
"""

from typing import Literal, NamedTuple, get_args

import torch
from torch import Tensor, nn

from octavo.layers.texts import last_valid
from octavo.ops.random_masks import random_mask
from octavo.ops.recurrence import pool_gates
from octavo.ops.shifted_products import shifted_products

Pooling = Literal["f", "fo", "ifo"]
FAR = 1e4  # where a sigmoid is exactly 0 or 1, in every precision


class LayerState(NamedTuple):
    """What a layer needs of the past: its pooling state and its last window - 1 inputs."""

    pool_1BH: Tensor
    inputs_PBD: Tensor


class LayerRun(NamedTuple):
    """Gated outputs h, ungated states c, the gates' pre-activations, each text's last output, and the state."""

    output_LBH: Tensor
    states_LBH: Tensor
    gates_LBGH: Tensor
    last_BH: Tensor
    state: LayerState


class QRNNLayer(nn.Module):
    """One layer in one direction: Z = tanh(W_z * X), F = σ(W_f * X), …, pooled by f-, fo- or ifo-pooling (eq. 1-5).

    A causal window ends at its own step. A centred one has (window - 1) // 2 steps before its own and window // 2
    after it: where the window is even, the odd one out is after.
    Weights start as N(0, 1 / (window × inputs)), biases at 0, the forget gate's at `forget_bias`.
    """

    def __init__(
        self,
        inputs: int,
        width: int,
        *,
        window: int = 2,
        pooling: Pooling = "fo",
        zoneout: float = 0.0,
        causal: bool = True,
        bias: bool = True,
        forget_bias: float = 0.0,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        _check(pooling, window, zoneout, forget_bias, bias)
        self.width, self.window, self.gates, self.zoneout = width, window, 1 + len(pooling), zoneout  # z has no letter
        self.left = window - 1 if causal else (window - 1) // 2
        self.causal, self.forget_bias = causal, forget_bias
        features = self.gates * width
        self.weight_KDG = nn.Parameter(torch.empty(window, inputs, features, device=device, dtype=dtype))
        self.bias_G = nn.Parameter(torch.empty(features, device=device, dtype=dtype)) if bias else None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        window, inputs, _ = self.weight_KDG.shape
        nn.init.normal_(self.weight_KDG, std=(window * inputs) ** -0.5)
        if self.bias_G is not None:
            nn.init.zeros_(self.bias_G)
            nn.init.constant_(self.bias_G[self.width : 2 * self.width], self.forget_bias)

    def begin(self, batch: int) -> LayerState:
        """The state before any text: zeros."""
        precision = torch.promote_types(self.weight_KDG.dtype, torch.float32)
        pool_1BH = self.weight_KDG.new_zeros(1, batch, self.width, dtype=precision)
        return LayerState(pool_1BH, self.weight_KDG.new_zeros(self.window - 1, batch, self.weight_KDG.shape[1]))

    def forward(
        self,
        x_LBD: Tensor,
        state: LayerState | None = None,
        lengths_B: Tensor | None = None,
        condition_BG: Tensor | None = None,
    ) -> LayerRun:
        """Run over texts; a condition is added to every step's pre-activations (eq. 7)."""
        if lengths_B is not None and not self.causal:
            x_LBD = x_LBD.masked_fill(_past_end(x_LBD, lengths_B), 0.0)
        before_PBD = None if state is None else state.inputs_PBD
        gates_LBG = shifted_products(x_LBD, self.weight_KDG, self.bias_G, before_PBD, self.left)
        if condition_BG is not None:
            gates_LBG = gates_LBG + condition_BG.to(gates_LBG.dtype)
        gates_LBGH = gates_LBG.unflatten(-1, (self.gates, self.width))
        if self.training and self.zoneout:
            self._zone_out(gates_LBGH)
        pooled = pool_gates(gates_LBGH, None if state is None else state.pool_1BH[0], lengths_B)
        last_BH = pooled.output_LBH[-1] if lengths_B is None else last_valid(pooled.output_LBH, lengths_B)
        inputs_PBD = _last_inputs(x_LBD, before_PBD, lengths_B, self.window - 1)
        state = LayerState(pooled.final_BH[None], inputs_PBD)
        return LayerRun(pooled.output_LBH, pooled.states_LBH, gates_LBGH, last_BH, state)

    def _zone_out(self, gates_LBGH: Tensor) -> None:
        """F = 1 - dropout(1 - F), unscaled (eq. 6), and I = dropout(I): a zoned channel copies its state exactly.

        Out of autograd's sight, and right all the same: where a sigmoid is exactly 0 or 1 its slope is exactly 0.
        """
        with torch.no_grad():
            zoned_LBH = random_mask(gates_LBGH[:, :, 1], self.zoneout)
            gates_LBGH[:, :, 1].masked_fill_(zoned_LBH, FAR)
            if self.gates == 4:
                gates_LBGH[:, :, 3].masked_fill_(zoned_LBH, -FAR)


def _check(pooling: str, window: int, zoneout: float, forget_bias: float, bias: bool) -> None:
    if pooling not in get_args(Pooling):
        raise ValueError(f"pooling {pooling!r}: choose from {', '.join(get_args(Pooling))}")
    if window < 1:
        raise ValueError(f"window {window}: at least 1 is needed")
    if not 0 <= zoneout <= 1:
        raise ValueError(f"zoneout {zoneout}: a share from 0 to 1 is needed")
    if forget_bias and not bias:
        raise ValueError(f"forget_bias {forget_bias} needs bias=True")


def _past_end(x_LBD: Tensor, lengths_B: Tensor) -> Tensor:
    return (torch.arange(len(x_LBD), device=x_LBD.device)[:, None] >= lengths_B)[..., None]


def _last_inputs(x_LBD: Tensor, before_PBD: Tensor | None, lengths_B: Tensor | None, count: int) -> Tensor:
    """The last `count` inputs of each text, zeros or those of the state standing before its first."""
    length, batch, features = x_LBD.shape
    if before_PBD is None:
        before_PBD = x_LBD.new_zeros(count, batch, features)
    if lengths_B is None:
        return torch.cat([before_PBD[length:], x_LBD[max(0, length - count) :]])
    places_PB = lengths_B + torch.arange(-count, 0, device=x_LBD.device)[:, None]
    columns_B = torch.arange(batch, device=x_LBD.device)
    recent_PBD = x_LBD[places_PB.clamp(min=0), columns_B]
    older_PBD = before_PBD[(places_PB + count).clamp(max=count - 1), columns_B] if count else before_PBD
    return torch.where((places_PB >= 0)[..., None], recent_PBD, older_PBD)

"""Where in a text a position stands: added to what stands there, or turned into queries and keys.

Shapes: L length, B batch, D features, C context, H heads, E features of a head.
"""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

BASE = 10_000.0


class Place(NamedTuple):
    """Where in a text inputs begin and, for rotary positions, the angle of each as a point of the unit circle.

    They are made once for all layers, queries and keys.
    """

    first: int
    cosines_LE: Tensor | None = None
    sines_LE: Tensor | None = None


def place_of(first: int, length: int, features: int, device: torch.device) -> Place:
    """The place of so many inputs, whose heads' features are turned; of 0 features, none are."""
    if not features:
        return Place(first)
    angles_LE = angles(first, length, features // 2, device)
    return Place(first, angles_LE.cos(), angles_LE.sin())


class LearnedPositions(nn.Module):
    """x_t + p_t, p learned for each of `context` places."""

    def __init__(self, context: int, width: int) -> None:
        super().__init__()
        self.places = nn.Embedding(context, width)
        nn.init.normal_(self.places.weight, std=0.02)

    def forward(self, x_LBD: Tensor, place: Place) -> Tensor:
        return x_LBD + self.places.weight[place.first : place.first + len(x_LBD), None]


class SinusoidalPositions(nn.Module):
    """x_t + [sin(t / 10000^{2i/D}), cos(t / 10000^{2i/D})]_i (Vaswani et al. 2017, §3.5), all sines first."""

    def forward(self, x_LBD: Tensor, place: Place) -> Tensor:
        angles_LE = angles(place.first, len(x_LBD), -(-x_LBD.shape[-1] // 2), x_LBD.device)
        waves_LD = torch.cat([angles_LE.sin(), angles_LE.cos()], dim=-1)[:, : x_LBD.shape[-1]]
        return x_LBD + waves_LD.to(x_LBD.dtype)[:, None]


class QueriesAndKeys(nn.Module):
    """q, k ← R_t norm(q), R_t norm(k): RMS norms with a gain for each feature, R_t turning pairs of features by t.

    Rotary positions (Su et al. 2021) make the product of two depend on their distance alone; the norms, QK-norm (Henry
    et al. 2020), bound it. Either may be left out.
    """

    def __init__(self, features: int, normalised: bool = True, rotary: bool = True) -> None:
        super().__init__()
        if rotary and features % 2:
            raise ValueError(f"rotary positions turn pairs of features: a head has {features}, an odd number")
        gains = (torch.ones(features), torch.ones(features)) if normalised else ()
        self.gains = nn.ParameterList(nn.Parameter(gain_E) for gain_E in gains)
        self.rotary = rotary

    def forward(self, q_LBHE: Tensor, k_LBHE: Tensor, place: Place) -> tuple[Tensor, Tensor]:
        if len(self.gains):
            q_LBHE, k_LBHE = (
                F.rms_norm(x, x.shape[-1:], gain_E.to(x.dtype))
                for x, gain_E in zip((q_LBHE, k_LBHE), self.gains, strict=True)
            )
        return (rotated(q_LBHE, place), rotated(k_LBHE, place)) if self.rotary else (q_LBHE, k_LBHE)


def rotated(x_LBHE: Tensor, place: Place) -> Tensor:
    """Feature i of the first half and i of the second, as a point of the plane, turned by t / 10000^{2i/E}."""
    assert place.cosines_LE is not None
    assert place.sines_LE is not None
    cosine_LE, sine_LE = (wave.to(x_LBHE.dtype)[:, None, None] for wave in (place.cosines_LE, place.sines_LE))
    first, second = x_LBHE.chunk(2, dim=-1)
    return torch.cat([first * cosine_LE - second * sine_LE, first * sine_LE + second * cosine_LE], dim=-1)


def angles(place: int, length: int, count: int, device: torch.device) -> Tensor:
    """t / 10000^{i/count} for so many t from `place` on, in double precision: far into a text t needs its digits."""
    # What has no double precision, as Apple's devices, is spared it.
    places_L = torch.arange(place, place + length, dtype=torch.double)
    rates_E = BASE ** (-torch.arange(count, dtype=torch.double) / count)
    return (places_L[:, None] * rates_E).remainder(2 * torch.pi).float().to(device)

"""Attention. Shapes: L positions that ask, S positions of a source, B batch, D features."""

from typing import NamedTuple

import torch
from torch import Tensor

from octavo.interfaces import Condition, Reading


class Memory(NamedTuple):
    """A source to look at: its states_SBD, and where it has text, valid_SB."""

    states_SBD: Tensor
    valid_SB: Tensor


def remember(reading: Condition) -> Memory:
    """What a reader made of a source, padding marked."""
    if not isinstance(reading, Reading):
        raise ValueError("attention needs a source's positions, as a translator reads them: of a vector, turn it off")
    positions_S1 = torch.arange(len(reading.states_LBD), device=reading.lengths_B.device)[:, None]
    return Memory(reading.states_LBD, positions_S1 < reading.lengths_B)


def attend(query_LBD: Tensor, memory: Memory) -> Tensor:
    """k_t = Σ_s softmax_s(c_t · h̃_s) h̃_s, unscaled, padding left out (QRNN, eq. 8)."""
    scores_BLS = query_LBD.transpose(0, 1) @ memory.states_SBD.permute(1, 2, 0)
    scores_BLS = scores_BLS.float().masked_fill(~memory.valid_SB.t()[:, None], float("-inf"))
    weights_BLS = scores_BLS.softmax(-1).to(memory.states_SBD.dtype)
    return (weights_BLS @ memory.states_SBD.transpose(0, 1)).transpose(0, 1)

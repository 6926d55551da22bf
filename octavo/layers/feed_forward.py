"""What a transformer does at each position by itself. Shapes: L length, B batch, D features, F inner features."""

from collections.abc import Callable
from typing import Literal

import torch.nn.functional as F
from torch import Tensor, nn

from octavo.layers.dropout import Dropout

Feed = Literal["relu", "squared-relu", "swiglu"]


class ReLUFeed(nn.Module):
    """W_2 dropout(relu(W_1 x + b_1)) + b_2 (Vaswani et al. 2017, eq. 2)."""

    def __init__(self, width: int, inner: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.enter, self.leave = nn.Linear(width, inner), nn.Linear(inner, width)
        self.dropout = Dropout(dropout)

    def forward(self, x_LBD: Tensor) -> Tensor:
        return self.leave(self.dropout(self.enter(x_LBD).relu()))


class SquaredReLUFeed(nn.Module):
    """W_2 dropout(relu(W_1 x)²), without biases (So et al. 2021)."""

    def __init__(self, width: int, inner: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.enter, self.leave = nn.Linear(width, inner, bias=False), nn.Linear(inner, width, bias=False)
        self.dropout = Dropout(dropout)

    def forward(self, x_LBD: Tensor) -> Tensor:
        return self.leave(self.dropout(self.enter(x_LBD).relu().square()))


class SwiGLUFeed(nn.Module):
    """W_2 dropout(silu(W_1 x) ⊙ V x), without biases (Shazeer 2020); two thirds of the features, as V has its own."""

    def __init__(self, width: int, inner: int, dropout: float = 0.0) -> None:
        super().__init__()
        features = max(1, round(2 * inner / 3))
        self.enter, self.leave = nn.Linear(width, 2 * features, bias=False), nn.Linear(features, width, bias=False)
        self.dropout = Dropout(dropout)

    def forward(self, x_LBD: Tensor) -> Tensor:
        gate_LBF, value_LBF = self.enter(x_LBD).chunk(2, dim=-1)
        return self.leave(self.dropout(F.silu(gate_LBF) * value_LBF))


FEEDS: dict[Feed, Callable[[int, int, float], nn.Module]] = {
    "relu": ReLUFeed,
    "squared-relu": SquaredReLUFeed,
    "swiglu": SwiGLUFeed,
}

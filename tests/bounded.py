"""A writer of bounded sight, for the tests of what is longer. Shapes: L length, B batch, D features."""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from octavo.interfaces import Condition, Writer, Written


class BoundedState(NamedTuple):
    """The sum over all that has been seen, and how much that is."""

    sum_1BD: Tensor
    seen: int


class BoundedWriter(Writer):
    """h_t = tanh(c + Σ_{s ≤ t} E[s, x_s]): positions learned one by one, and none beyond the context."""

    def __init__(self, size: int = 5, context: int = 4, width: int = 8) -> None:
        super().__init__()
        self.context = context
        self.embedding_CVD = nn.Parameter(torch.randn(context, size, width, dtype=torch.double))
        self.head = nn.Linear(width, size).double()

    def begin(self, condition: Condition, batch: int) -> BoundedState:
        sum_1BD = self.embedding_CVD.new_zeros(1, batch, self.embedding_CVD.shape[-1])
        return BoundedState(sum_1BD if condition is None else sum_1BD + condition, 0)

    def forward(self, inputs_LB: Tensor, state: BoundedState) -> Written:
        assert state.seen + len(inputs_LB) <= (self.context or 0), "more than the context holds"
        places_L1 = torch.arange(state.seen, state.seen + len(inputs_LB))[:, None]
        sums_LBD = state.sum_1BD + self.embedding_CVD[places_L1, inputs_LB].cumsum(0)
        return Written(sums_LBD.tanh(), BoundedState(sums_LBD[-1:], state.seen + len(inputs_LB)))

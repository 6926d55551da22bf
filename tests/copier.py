"""A writer that copies, for the tests of what tells whether one does. Shapes: L length, B batch, V vocabulary."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from octavo.interfaces import Condition, Writer, Written

SIZE, LONGEST, SURER = 256, 3, 8.0


class Copier(Writer):
    """Expects what followed where the newest tokens stood before: the more of them, up to LONGEST, the more surely.

    It looks back no further than its `reach`; of what never followed it expects the lowest bytes most.
    """

    def __init__(self, reach: int) -> None:
        super().__init__()
        self.reach = reach
        self.head = nn.Linear(SIZE, SIZE, bias=False)
        nn.init.eye_(self.head.weight)

    def begin(self, condition: Condition, batch: int) -> Tensor:
        return torch.empty(0, batch, dtype=torch.long)

    def forward(self, inputs_LB: Tensor, state: Tensor) -> Written:
        text_LB = torch.cat([state, inputs_LB])
        alike_LB = torch.zeros_like(text_LB)  # how many tokens that end there are the newest ones
        found = []
        for place, token_B in enumerate(text_LB):
            alike_LB = (text_LB == token_B) * (1 + F.pad(alike_LB[:-1], (0, 0, 1, 0)))
            found.append(self._expected(text_LB, alike_LB, place))
        return Written(torch.stack(found[len(state) :]), text_LB)

    def _expected(self, text_LB: Tensor, alike_LB: Tensor, place: int) -> Tensor:
        start = max(place - self.reach, 0)
        alike_LB = alike_LB[start:place].clamp(max=LONGEST)
        weights_LB = torch.where(alike_LB > 0, SURER**alike_LB, 0.0)
        unknown_BV = -torch.arange(SIZE).expand(text_LB.shape[1], -1) / SIZE
        return unknown_BV.scatter_add(1, text_LB[start + 1 : place + 1].T, weights_LB.T)

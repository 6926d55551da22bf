"""Writers whose every distribution is known, for the tests of generation."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from octavo.interfaces import Condition, State, Writer, Written

SITUATIONS = 97


class TableWriter(Writer):
    """The next id's distribution is a row of a table, looked up by a number that sums up the whole history.

    The state, [1, B, 1], is that number. A condition, if any, is the number to begin with, for each text.
    """

    def __init__(self, table_SV: Tensor, follow: Callable[[Tensor, Tensor], Tensor]) -> None:
        super().__init__()
        self.head = nn.Linear(len(table_SV), table_SV.shape[1], bias=False)
        self.head.weight = nn.Parameter(table_SV.T.contiguous())
        self.follow = follow
        self.rows_advanced: list[int] = []

    def begin(self, condition: Condition, batch: int) -> State:
        return torch.zeros(1, batch, 1) if condition is None else condition.view(1, batch, 1).float()

    def forward(self, inputs_LB: Tensor, state: State) -> Written:
        situations = []
        for token_B in inputs_LB:
            state = self.follow(state[0, :, 0], token_B)[None, :, None].float()
            situations.append(state[0, :, 0].long())
        states_LBS = nn.functional.one_hot(torch.stack(situations), self.head.in_features).float()
        return Written(states_LBS, state)

    def advance(self, token_B: Tensor, state: State) -> tuple[Tensor, State]:
        self.rows_advanced.append(len(token_B))
        return super().advance(token_B, state)


@pytest.fixture
def chain() -> Callable[[list[list[float]]], TableWriter]:
    """A Markov chain from its probabilities: row i is what follows id i."""

    def make(probabilities: list[list[float]]) -> TableWriter:
        # Not quite zero: the head's product would make NaN of an infinite logit and a state of 0.
        return TableWriter(
            torch.tensor(probabilities).clamp(min=1e-30).log(), lambda situation_B, token_B: token_B.float()
        )

    return make


@pytest.fixture
def rememberer() -> Callable[[int, int], TableWriter]:
    """A random writer whose distribution depends on all that was written and on its order."""

    def make(size: int, seed: int) -> TableWriter:
        table_SV = 2 * torch.randn(SITUATIONS, size, generator=torch.Generator().manual_seed(seed))
        return TableWriter(table_SV, lambda situation_B, token_B: (situation_B * 31 + token_B + 7) % SITUATIONS)

    return make

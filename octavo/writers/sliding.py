"""Texts longer than what a writer sees: its window, once full, keeps the newest tokens and is read again.

Shapes: L length, S tokens in the window, B batch, D features.
"""

from typing import NamedTuple

import torch
from torch import Tensor

from octavo.interfaces import Condition, State, Writer, Written


class SlidingState(NamedTuple):
    """The writer's state, the one that it began from, and the tokens that have come since."""

    inner: State
    fresh: State
    window_SB: Tensor


class SlidingWriter(Writer):
    """Any length from a writer with a context of C: a full window is left but for its `keep` newest tokens.

    With keep = C/2 a token sees between C/2 and C of those before it, and each is read twice; with C - 1 it sees as
    many as there can be, and all of them are read again for it. In either, what it sees depends on its place alone,
    not on the pieces that a text comes in.
    """

    def __init__(self, writer: Writer, keep: int) -> None:
        super().__init__()
        assert writer.context is not None
        assert 0 <= keep < writer.context
        self.writer, self.keep, self.size = writer, keep, writer.context
        self.head = writer.head

    def begin(self, condition: Condition, batch: int) -> SlidingState:
        fresh = self.writer.begin(condition, batch)
        return SlidingState(fresh, fresh, torch.zeros(0, batch, dtype=torch.long, device=self.head.weight.device))

    def forward(self, inputs_LB: Tensor, state: SlidingState) -> Written:
        pieces, rest_LB = [], inputs_LB
        while len(rest_LB):
            piece, rest_LB, state = self._fill(rest_LB, state)
            pieces.append(piece)
        if len(pieces) == 1:
            states_LBD, *inner = pieces[0]
        else:
            states_LBD, *inner = (torch.cat(parts) for parts in zip(*pieces, strict=True))
        return Written(states_LBD, state, tuple(inner))

    def _fill(self, inputs_LB: Tensor, state: SlidingState) -> tuple[list[Tensor], Tensor, SlidingState]:
        """As many inputs as find room: their states and inner ones, the inputs left over, and the state."""
        again_SB = state.window_SB[:0]
        if len(state.window_SB) == self.size:
            again_SB = state.window_SB[self.size - self.keep :]
            state = SlidingState(state.fresh, state.fresh, state.window_SB[:0])
        room = self.size - len(state.window_SB) - len(again_SB)
        read_LB = torch.cat([again_SB, inputs_LB[:room]])
        written = self.writer(read_LB, state.inner)
        state = SlidingState(written.state, state.fresh, torch.cat([state.window_SB, read_LB]))
        piece = [states_LBD[len(again_SB) :] for states_LBD in (written.states_LBD, *written.inner)]
        return piece, inputs_LB[room:], state


def at_any_length(writer: Writer) -> Writer:
    """The writer itself where texts of any length can be given to it, else its window dropping half."""
    return writer if writer.context is None or writer.rolls else SlidingWriter(writer, writer.context // 2)

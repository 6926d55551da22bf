"""Shapes: L length, B batch, D features."""

import pytest
import torch
from torch import Tensor

from octavo.interfaces import Writer, select_state
from octavo.writers.sliding import SlidingWriter
from tests.bounded import BoundedWriter

KEEPS = pytest.mark.parametrize(("context", "keep"), [(4, 2), (4, 3), (5, 2), (4, 0), (1, 0)])


def texts(length: int, batch: int = 3) -> Tensor:
    return torch.randint(5, (length, batch), generator=torch.Generator().manual_seed(1))


def brute_force(writer: Writer, inputs_LB: Tensor, keep: int) -> Tensor:
    """Every position from a forward of its own over the window that it falls into."""
    size, states = writer.context or 0, []
    for place in range(len(inputs_LB)):
        start = 0
        while place - start >= size:
            start += size - keep
        window_LB = inputs_LB[start : place + 1]
        states.append(writer(window_LB, writer.begin(None, inputs_LB.shape[1])).states_LBD[-1])
    return torch.stack(states)


@KEEPS
def test_a_position_sees_the_window_that_it_falls_into(context: int, keep: int) -> None:
    writer, inputs_LB = BoundedWriter(context=context), texts(13)
    sliding = SlidingWriter(writer, keep)
    states_LBD = sliding(inputs_LB, sliding.begin(None, 3)).states_LBD
    torch.testing.assert_close(states_LBD, brute_force(writer, inputs_LB, keep))


@KEEPS
def test_pieces_and_single_tokens_are_the_whole(context: int, keep: int) -> None:
    sliding, inputs_LB = SlidingWriter(BoundedWriter(context=context), keep), texts(13)
    whole_LBD = sliding(inputs_LB, sliding.begin(None, 3)).states_LBD
    for sizes in ([1] * 13, [4, 4, 5], [9, 4], [2, 11]):
        state, pieces = sliding.begin(None, 3), []
        for piece_LB in inputs_LB.split(sizes):
            written = sliding(piece_LB, state)
            state = written.state
            pieces.append(written.states_LBD)
        torch.testing.assert_close(torch.cat(pieces), whole_LBD)


def test_chosen_rows_go_on_as_if_alone_and_keep_their_condition() -> None:
    sliding, inputs_LB = SlidingWriter(BoundedWriter(), 2), texts(11)
    condition_BD = torch.randn(3, 8, dtype=torch.double)
    whole_LBD = sliding(inputs_LB, sliding.begin(condition_BD, 3)).states_LBD
    rows_B = torch.tensor([2, 0])
    state = select_state(sliding(inputs_LB[:6], sliding.begin(condition_BD, 3)).state, rows_B)
    rest_LBD = sliding(inputs_LB[6:, rows_B], state).states_LBD
    torch.testing.assert_close(rest_LBD, whole_LBD[6:, rows_B])

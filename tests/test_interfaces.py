"""Shapes: L length, B batch."""

import math

import pytest
import torch

from octavo.interfaces import Batch, Mean, Writer, Written, detach_state, map_state, select_state
from tests.batches import DOCUMENTS, STREAM, batch_of


def test_inputs_are_the_tokens_before() -> None:
    batch = batch_of(alphabet=STREAM)
    assert torch.equal(batch.inputs_LB[1:], batch.tokens_LB[:-1])
    assert torch.equal(batch.inputs_LB[0], batch.previous_B)


def test_valid_is_where_a_token_stands() -> None:
    batch = batch_of([3, 0, 2], STREAM)
    assert batch.valid_LB.T.tolist() == [[True, True, True], [False] * 3, [True, True, False]]


def test_a_batch_is_mapped_with_its_source_and_keeps_the_rest() -> None:
    batch = batch_of()
    assert batch.source is not None
    moved = batch.map(lambda tensor: tensor + 1)
    assert moved.source is not None
    assert torch.equal(moved.source.tokens_LB, batch.source.tokens_LB + 1)
    assert moved.continues == batch.continues
    bare = Batch(batch.tokens_LB, batch.lengths_B, batch.previous_B).map(lambda tensor: tensor + 1)
    assert bare.labels_B is None
    assert bare.source is None


def test_what_is_read_is_the_source_or_the_text_itself() -> None:
    batch = batch_of()
    assert batch.origin is batch.source
    assert batch.origin.origin is batch.origin


def test_means_add_before_they_are_divided() -> None:
    """The mean over all is not the mean of the means."""
    parts = [Mean(torch.tensor(3.0), torch.tensor(1)), Mean(torch.tensor(3.0), torch.tensor(5))]
    assert (parts[0] + parts[1]).value == 1.0


def test_a_mean_over_nothing_is_a_number() -> None:
    assert math.isfinite(Mean(0.0, 0).value)


def test_a_tree_of_a_state_keeps_its_shape() -> None:
    state = Written(torch.ones(1, 2, 3), (torch.ones(1, 2), None, 7), ())
    doubled = map_state(lambda tensor: 2 * tensor, state)
    assert isinstance(doubled, Written)
    assert torch.equal(doubled.states_LBD, 2 * state.states_LBD)
    assert torch.equal(doubled.state[0], torch.full((1, 2), 2.0))
    assert doubled.state[1:] == (None, 7)


def test_a_detached_state_has_no_past() -> None:
    weight = torch.ones(1, 2, 3, requires_grad=True)
    past, text = detach_state((2 * weight, "text"))
    assert not past.requires_grad
    assert torch.equal(past, 2 * weight)
    assert text == "text"


def test_rows_of_a_state_are_chosen_in_order_and_may_be_repeated() -> None:
    state = (torch.arange(6).view(1, 3, 2), None)
    chosen, nothing = select_state(state, torch.tensor([2, 0, 2]))
    assert chosen.tolist() == [[[4, 5], [0, 1], [4, 5]]]
    assert nothing is None


def test_advance_is_one_step_of_forward() -> None:
    """For every writer that does not say better: this one counts."""

    class Counting(Writer):
        def __init__(self) -> None:
            super().__init__()
            self.head = torch.nn.Linear(1, DOCUMENTS.size)

        def begin(self, condition: None, batch: int) -> torch.Tensor:
            return torch.zeros(1, batch, 1)

        def forward(self, inputs_LB: torch.Tensor, state: torch.Tensor) -> Written:
            states_LB1 = state + inputs_LB[..., None].cumsum(0)
            return Written(states_LB1, states_LB1[-1:])

    writer, inputs_LB = Counting(), torch.tensor([[1, 2], [3, 4]])
    _, state = writer.advance(inputs_LB[0], writer.begin(None, 2))
    logits_BV, state = writer.advance(inputs_LB[1], state)
    torch.testing.assert_close(logits_BV, writer.head(torch.tensor([[4.0], [6.0]])))
    assert logits_BV.dtype == torch.float32


@pytest.mark.parametrize("missing", ["begin", "forward"])
def test_half_a_writer_is_refused(missing: str) -> None:
    parts = {name: lambda self: None for name in ("begin", "forward") if name != missing}
    with pytest.raises(TypeError, match=missing):
        type("Half", (Writer,), parts)()

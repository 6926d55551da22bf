"""Shapes: L length, B batch."""

import pytest
import torch

from octavo.layers.output import Output
from octavo.models.objective import objective, text_nats
from tests.batches import DOCUMENTS, batch_of


def test_each_tokens_nats_are_minus_its_log_probability() -> None:
    batch, head = batch_of(), torch.nn.Linear(5, DOCUMENTS.size)
    states_LBD = torch.randn(*batch.tokens_LB.shape, 5)
    total, nats_LB = text_nats(head, states_LBD, batch)
    log_LBV = head(states_LBD).log_softmax(-1)
    for row, length in enumerate(batch.lengths_B.tolist()):
        for position in range(len(batch.tokens_LB)):
            token = batch.tokens_LB[position, row]
            wanted = -log_LBV[position, row, token] if position < length else torch.zeros(())
            torch.testing.assert_close(nats_LB[position, row], wanted)
    torch.testing.assert_close(total, nats_LB.sum())


def test_a_head_samples_in_training_alone() -> None:
    batch, head = batch_of(), Output(5, DOCUMENTS.size, sampled=1)
    states_LBD = torch.randn(*batch.tokens_LB.shape, 5)
    drawn = {text_nats(head, states_LBD, batch)[0].item() for _ in range(20)}
    whole = [text_nats(head.eval(), states_LBD, batch)[0] for _ in range(2)]
    assert len(drawn) > 1
    nats_LB = -head(states_LBD).log_softmax(-1).gather(-1, batch.tokens_LB.unsqueeze(-1)).squeeze(-1)
    torch.testing.assert_close(whole, [nats_LB[batch.valid_LB].sum()] * 2)


@pytest.mark.parametrize(("unit", "count"), [("token", 18), ("text", 4), ("mean", 4), (9, 2)])
def test_an_objective_is_a_mean_over_its_unit_and_nats_over_tokens(unit: str, count: int) -> None:
    batch = batch_of((7, 4, 1, 6))
    loss = objective(torch.tensor(36.0), 2.0 * batch.valid_LB, batch, unit)  # type: ignore[arg-type]
    assert loss.objective.value == 36 / count
    assert loss.metrics["nats"].value == 2.0


def test_reported_nats_hold_no_graph_and_the_objective_does() -> None:
    loss = objective(torch.tensor(1.0, requires_grad=True), batch_of().valid_LB.float(), batch_of(), "token")
    assert loss.objective.total.requires_grad
    assert not loss.metrics["nats"].total.requires_grad

"""Shapes: L length, B batch, D features, V vocabulary."""

from typing import Any

import pytest
import torch
import torch.nn.functional as F

from octavo.interfaces import Progress
from octavo.models.auxiliary import AuxiliaryConfig, AuxiliaryHead, Prediction
from octavo.models.language_model import LanguageModel, LanguageModelConfig
from octavo.schedules import Constant
from octavo.writers.transformer import TransformerWriterConfig
from tests.batches import DOCUMENTS, batch_of, rows_of

WRITER = TransformerWriterConfig(width=8, layers=4, heads=2, filter=12, context=24)


def model_of(**auxiliary: Any) -> LanguageModel:
    torch.manual_seed(0)
    return LanguageModel(LanguageModelConfig(writer=WRITER, auxiliary=AuxiliaryConfig(**auxiliary)), DOCUMENTS)


def weights_at(config: AuxiliaryConfig, share: float) -> dict[tuple[int, int], float]:
    """By layer, counted from 1, and by how many tokens ahead."""
    found = {(one.layer + 1, one.ahead): one.weight(Progress(share=share)) for one in config.predictions(3)}
    return {which: weight for which, weight in found.items() if weight}


def test_layer_l_of_n_stops_after_l_2nths_of_training() -> None:
    """Four layers: the first three stop after 1/8, 2/8 and 3/8 of it."""
    config = AuxiliaryConfig(layers="drop", targets=2)
    everything = {(1, 1): 1, (1, 2): 0.5, (2, 1): 1, (2, 2): 0.5, (3, 1): 1, (3, 2): 0.5, (4, 2): 0.5}
    at = {share: weights_at(config, share) for share in (0, 0.1249, 0.125, 0.2499, 0.25, 0.3749, 0.375, 0.5, 1.0)}
    assert at[0] == at[0.1249] == everything
    assert at[0.125] == at[0.2499] == {which: everything[which] for which in everything if which[0] > 1}
    assert at[0.25] == at[0.3749] == {which: everything[which] for which in everything if which[0] > 2}
    assert at[0.375] == at[0.5] == at[1.0] == {(4, 2): 0.5}


def test_of_64_layers_and_4_million_steps_one_stops_every_31250() -> None:
    predictions = AuxiliaryConfig(layers="drop").predictions(63)
    for steps, working in [(0, 63), (31_249, 63), (31_250, 62), (62_500, 61), (1_968_749, 1), (1_968_750, 0)]:
        assert sum(one.weight(Progress(steps, share=steps / 4_000_000)) > 0 for one in predictions) == working


def test_a_layer_may_fade_to_where_it_would_stop() -> None:
    config = AuxiliaryConfig(layers="fade", targets=2)
    assert weights_at(config, 0.0625) == pytest.approx(
        {(1, 1): 0.5, (1, 2): 0.25, (2, 1): 0.75, (2, 2): 0.375, (3, 1): 5 / 6, (3, 2): 5 / 12, (4, 2): 0.5}
    )
    assert weights_at(config, 0.375) == {(4, 2): 0.5}


def test_each_loss_can_be_had_without_the_others() -> None:
    assert AuxiliaryConfig().predictions(3) == []
    assert {(one.layer, one.ahead) for one in AuxiliaryConfig(targets=3).predictions(3)} == {(3, 2), (3, 3)}
    assert {(one.layer, one.ahead) for one in AuxiliaryConfig(layers="drop").predictions(3)} == {(0, 1), (1, 1), (2, 1)}


@pytest.mark.parametrize("ahead", [1, 2, 3, 6, 7, 9])
def test_a_head_predicts_as_far_ahead_as_it_says(ahead: int) -> None:
    torch.manual_seed(0)
    batch, states_LBD = batch_of([6, 2, 1]), torch.randn(6, 3, 5)
    head = AuxiliaryHead(Prediction(0, ahead, Constant(value=1.0)), 5, DOCUMENTS.size)
    wanted = 0.0
    for row, length in enumerate(batch.lengths_B.tolist()):
        for place in range(length - ahead + 1):
            logits_V = head.head(states_LBD[place, row])
            wanted += F.cross_entropy(logits_V, batch.tokens_LB[place + ahead - 1, row]).item()
    assert head.nats(states_LBD, batch, batch.valid_LB.float()).item() == pytest.approx(wanted, rel=1e-5)


def test_without_positions_every_layer_predicts_both_targets_from_one_position() -> None:
    """{L(t4 | t0:3), L(t5 | t0:3)} for each layer, the batch holding t0:5."""
    config = LanguageModelConfig(writer=WRITER, unit="last", auxiliary=AuxiliaryConfig(layers="drop", targets=2))
    torch.manual_seed(0)
    model, batch = LanguageModel(config, DOCUMENTS).train(), batch_of([6, 6])
    written = model.writer(batch.inputs_LB, model.writer.begin(None, 2))
    wanted = F.cross_entropy(model.writer.head(written.states_LBD[4]), batch.tokens_LB[4], reduction="sum")
    activations = (*written.inner, written.states_LBD)
    for one in model.auxiliary.heads:  # type: ignore[union-attr]
        logits_BV = one.head(activations[one.layer][4])  # type: ignore[operator, index]
        nats = F.cross_entropy(logits_BV, batch.tokens_LB[3 + one.ahead], reduction="sum")  # type: ignore[operator]
        wanted = wanted + one.weight(Progress()) * nats  # type: ignore[operator]
    loss = model(batch, Progress())
    torch.testing.assert_close(loss.objective.total, wanted)
    assert loss.objective.count == 2


def test_what_is_over_is_neither_computed_nor_trained() -> None:
    model, batch = model_of(layers="drop", targets=2), batch_of()
    assert not model.settle(Progress(share=0.0))
    assert model.settle(Progress(share=0.13))
    assert not model.settle(Progress(share=0.14))
    over = [one.layer == 0 for one in model.auxiliary.heads]  # type: ignore[union-attr]
    for parameter in model.auxiliary.heads[0].parameters():  # type: ignore[union-attr]
        parameter.data.fill_(float("nan"))  # a product with zero would show it
    model(batch, Progress(share=0.13)).objective.total.backward()
    for head, is_over in zip(model.auxiliary.heads, over, strict=True):  # type: ignore[union-attr]
        assert all((weight.grad is None) == is_over for weight in head.parameters())
    assert all(weight.grad.isfinite().all() for weight in model.writer.parameters() if weight.grad is not None)


def test_evaluation_asks_the_last_layer_alone() -> None:
    model, plain, batch = model_of(layers="drop", targets=2), model_of(), batch_of()
    plain.writer.load_state_dict(model.writer.state_dict())
    assert model(batch, Progress()).objective.total > 3 * plain(batch, Progress()).objective.total
    with torch.no_grad():
        losses = [one.eval()(batch, Progress(share=1.0)).objective for one in (model, plain)]
    assert losses[0] == losses[1]


def test_gradients_of_halves_add_up_in_training_too() -> None:
    model, batch = model_of(layers="drop", targets=2).double(), batch_of()
    whole, *halves = (
        torch.autograd.grad(model(one, Progress()).objective.total, list(model.parameters()))
        for one in (batch, rows_of(batch, [0, 3]), rows_of(batch, [1, 2]))
    )
    for wanted, first, second in zip(whole, *halves, strict=True):
        torch.testing.assert_close(first + second, wanted, check_dtype=False)


def test_without_a_carry_training_hands_nothing_on_and_evaluation_does() -> None:
    model, batch = LanguageModel(LanguageModelConfig(writer=WRITER, carry=False), DOCUMENTS), batch_of()
    assert model(batch, Progress()).carry is None
    assert model.eval()(batch, Progress()).carry is not None

"""Shapes: L length, B batch, D features, C condition."""

import dataclasses

import pytest
import torch
from torch import Tensor

from octavo.interfaces import Reading
from octavo.writers.lstm import LSTMWriter, LSTMWriterConfig
from tests.batches import DOCUMENTS, batch_of, perturbed

SIZES = {"width": 8, "embedding": 6}
C = 5


def written(writer: LSTMWriter, inputs_LB: Tensor, condition_BC: Tensor | None = None) -> Tensor:
    return writer(inputs_LB, writer.begin(condition_BC, inputs_LB.shape[1])).states_LBD


def test_without_a_condition_it_is_torchs_lstm_from_zeros() -> None:
    writer, inputs_LB = LSTMWriter(LSTMWriterConfig(**SIZES), DOCUMENTS), batch_of().inputs_LB
    states_LBD, _ = writer.stack.layers[0](writer.embedding(inputs_LB))
    torch.testing.assert_close(written(writer, inputs_LB), states_LBD)


def test_tied_weights_are_one_parameter() -> None:
    config = LSTMWriterConfig(width=8, embedding=8, tied=True)
    tied = LSTMWriter(config, DOCUMENTS)
    apart = LSTMWriter(dataclasses.replace(config, tied=False), DOCUMENTS)
    assert tied.head.weight is tied.embedding.weight
    assert tied.head.weight.abs().max() <= 0.1
    sizes = [sum(parameter.numel() for parameter in writer.parameters()) for writer in (tied, apart)]
    assert sizes[1] - sizes[0] == 8 * DOCUMENTS.size


def test_tied_weights_need_one_width() -> None:
    with pytest.raises(ValueError, match="embedding = width, not 6 and 8"):
        LSTMWriter(LSTMWriterConfig(**SIZES, tied=True), DOCUMENTS)


def test_attention_needs_a_reader_as_wide() -> None:
    with pytest.raises(ValueError, match="as wide as the writer, 8, not 5"):
        LSTMWriter(LSTMWriterConfig(**SIZES, attention=True), DOCUMENTS, C)


@pytest.mark.parametrize("each_step", [True, False])
def test_a_condition_is_fed_with_every_token_or_only_begins(each_step: bool) -> None:
    config = LSTMWriterConfig(**SIZES, condition_each_step=each_step)
    writer = LSTMWriter(config, DOCUMENTS, C)
    state = writer.begin(torch.randn(2, C), 2)
    assert writer.stack.layers[0].input_size == 6 + (C if each_step else 0)
    assert (state.condition_1BC is not None) == each_step
    assert all(tensor.any() for cell in state.cells for tensor in cell)


def test_each_layer_begins_with_its_own_share_of_the_condition() -> None:
    writer = LSTMWriter(LSTMWriterConfig(**SIZES, layers=2), DOCUMENTS, C)
    (h0, c0), (h1, c1) = writer.begin(torch.randn(3, C), 3).cells
    assert len({tuple(tensor.flatten().tolist()) for tensor in (h0, c0, h1, c1)}) == 4


@pytest.mark.parametrize(("drop_word", "sees"), [(0.9, True), (1.0, False)])
def test_a_writer_without_any_word_has_none_when_it_is_measured_either(drop_word: float, sees: bool) -> None:
    writer = LSTMWriter(LSTMWriterConfig(**SIZES, drop_word=drop_word), DOCUMENTS, C).eval()
    inputs_LB, condition_BC = batch_of().inputs_LB, torch.randn(4, C)
    other_LB = perturbed(inputs_LB, 0)
    same = torch.equal(written(writer, inputs_LB, condition_BC), written(writer, other_LB, condition_BC))
    assert same is not sees


def test_what_is_inside_are_the_lower_layers() -> None:
    writer, inputs_LB = LSTMWriter(LSTMWriterConfig(**SIZES, layers=3), DOCUMENTS), batch_of().inputs_LB
    whole = writer(inputs_LB, writer.begin(None, 4))
    assert len(whole.inner) == 2
    again_LBD, _ = writer.stack.layers[2](whole.inner[1])
    torch.testing.assert_close(again_LBD, whole.states_LBD)


def test_output_dropout_falls_on_what_the_head_sees() -> None:
    writer = LSTMWriter(LSTMWriterConfig(**SIZES, dropout_output=0.5), DOCUMENTS)
    states_LBD = written(writer, batch_of().inputs_LB)
    assert (states_LBD == 0).any()
    assert (states_LBD != 0).any()


def test_attention_needs_positions_to_look_at() -> None:
    writer = LSTMWriter(LSTMWriterConfig(**SIZES, attention=True), DOCUMENTS, 8)
    with pytest.raises(ValueError, match=r"attention needs a source's positions"):
        writer.begin(torch.randn(2, 8), 2)


def test_attention_looks_at_the_source_and_not_at_its_padding() -> None:
    writer = LSTMWriter(LSTMWriterConfig(**SIZES, attention=True), DOCUMENTS, 8)
    inputs_LB, states_SBD = batch_of().inputs_LB, torch.randn(5, 4, 8)
    source = Reading(states_SBD, states_SBD[0], torch.tensor([5, 3, 2, 1]))
    before_LBD = writer(inputs_LB, writer.begin(source, 4)).states_LBD
    for position in range(5):
        changed_SBD = states_SBD.clone()
        changed_SBD[position] += 1
        after_LBD = writer(inputs_LB, writer.begin(source._replace(states_LBD=changed_SBD), 4)).states_LBD
        changed_B = (after_LBD != before_LBD).any(-1).any(0)
        assert changed_B.tolist() == (position < source.lengths_B).tolist()


def test_the_first_state_may_be_made_by_a_hidden_layer_and_is_a_linear_map_without_one() -> None:
    linear, deep = (LSTMWriter(LSTMWriterConfig(**SIZES, first_hidden=hidden), DOCUMENTS, C) for hidden in (None, 7))
    assert {name for name in linear.state_dict() if name.startswith("first")} == {
        "first_state.weight",
        "first_state.bias",
    }
    one_1C = torch.randn(1, C)

    @torch.no_grad()
    def bent(writer: LSTMWriter) -> float:
        """How far the state of twice a vector is from where a straight line would have it."""
        none, once, twice = (torch.cat(writer.begin(times * one_1C, 1).cells[0]) for times in (0, 1, 2))
        return float((twice - 2 * once + none).abs().max())

    assert bent(linear) < 1e-6 < 1e-3 < bent(deep)

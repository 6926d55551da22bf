"""The contracts: every reader, writer and model is asked the same questions.

A new part needs a line in its table in asked.py.
Shapes: L length, B batch, D features, V vocabulary.
"""

import dataclasses
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from octavo.data.codecs import Bytes
from octavo.evaluation.likelihood import Scale, readable
from octavo.interfaces import Condition, Progress, Reading, State, Writer, select_state
from octavo.models import MODELS, ModelConfig, build_model
from octavo.models.language_model import LanguageModelConfig
from octavo.readers import READERS, ReaderConfig, build_reader
from octavo.recipes import recipe
from octavo.runs import WEIGHTS, About, describe, finished, load_run, of_finished, save_weights
from octavo.training.state import flatten_model
from octavo.writers import ONE_SHOTS, WRITERS, OneShotConfig, WriterConfig, build_writer
from tests.asked import ASKED_MODELS, ASKED_ONE_SHOTS, ASKED_READERS, ASKED_WRITERS, WIDTH
from tests.asking import (
    assert_same,
    assert_same_loss,
    assert_same_state,
    exactly,
    gradients,
    measured,
    scored,
    tensors_of,
    varied,
    without_gradient,
)
from tests.batches import DOCUMENTS, LABELS, STREAM, batch_of, padded_with, perturbed, rows_of, window_of

READER = pytest.mark.parametrize("config", ASKED_READERS.values(), ids=ASKED_READERS.keys())
WRITER = pytest.mark.parametrize(
    ("config", "kind"),
    [
        pytest.param(config, kind, id=f"{name}-{kind}")
        for name, (config, kinds) in ASKED_WRITERS.items()
        for kind in kinds.split()
    ],
)
ONE_SHOT = pytest.mark.parametrize("config", ASKED_ONE_SHOTS.values(), ids=ASKED_ONE_SHOTS.keys())
MODEL = pytest.mark.parametrize("config", ASKED_MODELS.values(), ids=ASKED_MODELS.keys())

STREAMED = pytest.mark.parametrize(
    "config", [config for config in ASKED_MODELS.values() if isinstance(config, LanguageModelConfig)]
)


def models_with(capability: str) -> pytest.MarkDecorator:
    able = {name: config for name, config in ASKED_MODELS.items() if hasattr(MODELS[type(config)], capability)}
    return pytest.mark.parametrize("config", able.values(), ids=able.keys())


def test_every_part_is_asked() -> None:
    assert {type(config) for config in ASKED_READERS.values()} == READERS.keys()
    assert {type(config) for config, _ in ASKED_WRITERS.values()} == WRITERS.keys()
    assert {type(config) for config in ASKED_ONE_SHOTS.values()} == ONE_SHOTS.keys()
    assert {type(config) for config in ASKED_MODELS.values()} == MODELS.keys()


# Readers


@READER
def test_every_parameter_of_a_reader_gets_a_gradient(config: ReaderConfig) -> None:
    reader, batch = build_reader(config, DOCUMENTS), batch_of()
    reading = reader(batch.tokens_LB, batch.lengths_B)
    (varied(reading.summary_BD) + varied(reading.states_LBD)).backward()
    assert without_gradient(reader) == []


@READER
def test_a_reading_has_the_shapes_it_should(config: ReaderConfig) -> None:
    reader, batch = build_reader(config, DOCUMENTS), batch_of()
    reading = reader(batch.tokens_LB, batch.lengths_B)
    assert reading.summary_BD.shape == (len(batch.lengths_B), reader.width)
    assert reading.states_LBD.shape[:2] == batch.tokens_LB.shape
    assert torch.equal(reading.lengths_B, batch.lengths_B)
    assert all(len(summary_BD) == len(batch.lengths_B) for summary_BD in reading.layers)


@READER
def test_a_reader_sees_neither_padding_nor_companions(config: ReaderConfig) -> None:
    reader, batch = exactly(build_reader(config, DOCUMENTS)), batch_of()
    whole = reader(batch.tokens_LB, batch.lengths_B)
    padded = padded_with(batch, token=3)
    assert_same(reader(padded.tokens_LB, padded.lengths_B).summary_BD, whole.summary_BD)
    for row, length in enumerate(batch.lengths_B.tolist()):
        alone = rows_of(batch, [row])
        reading = reader(alone.tokens_LB, alone.lengths_B)
        assert_same(reading.summary_BD[0], whole.summary_BD[row])
        assert_same(reading.states_LBD[:, 0], whole.states_LBD[:length, row])


@READER
def test_a_readers_state_knows_its_own_position(config: ReaderConfig) -> None:
    reader, batch = exactly(build_reader(config, DOCUMENTS)), batch_of([6, 6])
    before_LBD = reader(batch.tokens_LB, batch.lengths_B).states_LBD
    for position in range(6):
        after_LBD = reader(perturbed(batch.tokens_LB, position), batch.lengths_B).states_LBD
        assert (after_LBD[position] != before_LBD[position]).any(-1).all()


@READER
def test_a_summary_knows_every_position(config: ReaderConfig) -> None:
    reader, batch = exactly(build_reader(config, DOCUMENTS)), batch_of([6, 6])
    before_BD = reader(batch.tokens_LB, batch.lengths_B).summary_BD
    for position in range(6):
        after_BD = reader(perturbed(batch.tokens_LB, position), batch.lengths_B).summary_BD
        assert (after_BD != before_BD).any(-1).all()


# Writers


@WRITER
def test_every_parameter_of_a_writer_gets_a_gradient(config: WriterConfig, kind: str) -> None:
    writer, batch = build_writer(config, DOCUMENTS, condition=width_of(kind)), batch_of()
    states_LBD = writer(batch.inputs_LB, writer.begin(condition_of(kind, torch.float32), 4)).states_LBD
    varied(writer.head(states_LBD)).backward()
    assert without_gradient(writer) == []


@WRITER
def test_a_writer_does_not_see_the_future(config: WriterConfig, kind: str) -> None:
    writer, inputs_LB, state = begun(config, kind)
    before = writer(inputs_LB, state)
    for position in range(len(inputs_LB)):
        after = writer(perturbed(inputs_LB, position), state)
        for was_LBD, is_LBD in zip((before.states_LBD, *before.inner), (after.states_LBD, *after.inner), strict=True):
            assert_same(is_LBD[:position], was_LBD[:position])
        assert (after.states_LBD[position] != before.states_LBD[position]).any(-1).all()


@WRITER
def test_advance_is_the_whole_forward(config: WriterConfig, kind: str) -> None:
    writer, inputs_LB, state = begun(config, kind)
    written = writer(inputs_LB, state)
    wanted_LBV = writer.head(written.states_LBD).float()
    for token_B, wanted_BV in zip(inputs_LB, wanted_LBV, strict=True):
        logits_BV, state = writer.advance(token_B, state)
        assert_same(logits_BV, wanted_BV)
    assert_same_state(state, written.state)


@WRITER
@pytest.mark.parametrize("cut", [1, 4])
def test_a_text_in_pieces_is_the_whole(config: WriterConfig, kind: str, cut: int) -> None:
    writer, inputs_LB, state = begun(config, kind)
    whole, first = writer(inputs_LB, state), writer(inputs_LB[:cut], state)
    second = writer(inputs_LB[cut:], first.state)
    assert_same(torch.cat([first.states_LBD, second.states_LBD]), whole.states_LBD)
    assert_same_state(second.state, whole.state)


@WRITER
def test_chosen_rows_go_on_as_if_alone(config: WriterConfig, kind: str) -> None:
    writer, inputs_LB, state = begun(config, kind)
    rows, first = torch.tensor([2, 0, 2]), writer(inputs_LB[:2], state)
    whole = writer(inputs_LB[2:], first.state)
    chosen = writer(inputs_LB[2:, rows], select_state(first.state, rows))
    assert_same(chosen.states_LBD, whole.states_LBD[:, rows])
    assert_same_state(chosen.state, select_state(whole.state, rows))


@WRITER
def test_a_writers_state_has_the_batch_second(config: WriterConfig, kind: str) -> None:
    writer, inputs_LB, state = begun(config, kind)
    for tensor in (*tensors_of(state), *tensors_of(writer(inputs_LB, state).state)):
        assert tensor.shape[1] == inputs_LB.shape[1]


@WRITER
def test_a_writer_writes_from_its_condition(config: WriterConfig, kind: str) -> None:
    writer, inputs_LB, state = begun(config, kind)
    other = writer.begin(condition_of(kind, seed=1), inputs_LB.shape[1])
    logits_LBV, others_LBV = (writer.head(writer(inputs_LB, one).states_LBD) for one in (state, other))
    assert torch.equal(logits_LBV, others_LBV) == (kind == "nothing")


# One-shot writers


@ONE_SHOT
def test_every_parameter_of_a_one_shot_writer_gets_a_gradient(config: OneShotConfig) -> None:
    writer = build_writer(config, DOCUMENTS, condition=WIDTH)
    varied(writer.decode(condition_of("vector", torch.float32), 7)).backward()
    assert without_gradient(writer) == []


@ONE_SHOT
def test_a_one_shot_writer_writes_at_a_level_that_holds_the_text(config: OneShotConfig) -> None:
    writer = exactly(build_writer(config, DOCUMENTS, condition=WIDTH))
    levels = [writer.level(length) for length in range(1, 17)]
    assert all(level >= length for length, level in enumerate(levels, 1))
    assert levels == sorted(levels)
    for level in set(levels):
        assert writer.level(level) == level
        assert writer.decode(condition_of("vector"), level).shape == (level, 4, DOCUMENTS.size)
    assert_same(writer.decode(condition_of("vector"), 7), writer.decode(condition_of("vector"), writer.level(7)))


@ONE_SHOT
def test_a_one_shot_writer_minds_its_own_condition_alone(config: OneShotConfig) -> None:
    writer, condition_BD = exactly(build_writer(config, DOCUMENTS, condition=WIDTH)), condition_of("vector")
    whole_LBV = writer.decode(condition_BD, 7)
    for row in range(4):
        assert_same(writer.decode(condition_BD[[row]], 7)[:, 0], whole_LBV[:, row])
    other_LBV = writer.decode(condition_of("vector", seed=1), 7)
    assert (other_LBV != whole_LBV).any(-1).all()


# Models


@MODEL
def test_every_parameter_of_a_model_gets_a_gradient(config: ModelConfig) -> None:
    model = build_model(config, DOCUMENTS, LABELS)
    model(batch_of(), Progress()).objective.total.backward()
    assert without_gradient(model) == []


@MODEL
def test_a_model_learns_in_20_steps(config: ModelConfig) -> None:
    torch.manual_seed(0)
    model, batch = build_model(config, DOCUMENTS, LABELS), batch_of()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    before = measured(model.eval(), batch)["objective"].value
    model.train()
    for step in range(20):
        optimizer.zero_grad()
        loss = model(batch, Progress(step, step, step / 20)).objective
        (loss.total / loss.count).backward()
        optimizer.step()
    assert measured(model.eval(), batch)["objective"].value < 0.9 * before


@MODEL
def test_a_model_does_not_see_padding(config: ModelConfig) -> None:
    model, batch = exactly(build_model(config, DOCUMENTS, LABELS)), batch_of()
    assert_same_loss(measured(model, padded_with(batch, token=3)), measured(model, batch))


@MODEL
def test_metrics_and_gradients_of_halves_add_up(config: ModelConfig) -> None:
    """So they are the same under accumulation and on ranks, and no text minds its companions."""
    model, batch = exactly(build_model(config, DOCUMENTS, LABELS)), batch_of()
    whole, whole_gradients = measured(model, batch), gradients(model, batch)
    halves = [rows_of(batch, [0, 3]), rows_of(batch, [1, 2])]
    first, second = (measured(model, half) for half in halves)
    assert_same_loss({name: first[name] + second[name] for name in whole}, whole)
    for first_part, second_part, wanted in zip(
        *(gradients(model, half) for half in halves), whole_gradients, strict=True
    ):
        assert_same(first_part + second_part, wanted)


@MODEL
def test_every_figure_has_a_unit(config: ModelConfig) -> None:
    means = measured(exactly(build_model(config, DOCUMENTS, LABELS)), batch_of())
    assert [name for name, (_, unit) in readable(means, Scale("byte", 1.0, 1.0)).items() if not unit] == []


@MODEL
def test_half_precision_is_near(config: ModelConfig) -> None:
    model, batch = build_model(config, STREAM, LABELS).eval(), batch_of([8] * 4, STREAM)
    exact = measured(model, batch)["objective"].value
    with torch.autocast("cpu", torch.bfloat16):
        near = measured(model, batch)["objective"].value
        first = model(window_of(batch, 0, 4), Progress())
        second = model(window_of(batch, 4, 8), Progress(), first.carry)
    (first.objective.total + second.objective.total).backward()
    assert near == pytest.approx(exact, rel=0.02)
    assert all(parameter.grad.isfinite().all() for parameter in model.parameters() if parameter.grad is not None)


@MODEL
def test_save_and_load_are_exact(config: ModelConfig, tmp_path: Path) -> None:
    codec = Bytes(documents=True)
    model = build_model(config, codec.alphabet, LABELS).eval()
    about = About(Scale("byte", 1.0, 1.0), ("bad", "fair", "good"))
    describe(tmp_path, dataclasses.replace(recipe("lstm-bytes"), model=config), codec, about)
    save_weights(of_finished(model, flatten_model(model)), tmp_path / WEIGHTS)
    loaded = load_run(tmp_path, torch.device("cpu")).model
    assert not loaded.training
    before = measured(model, batch_of())
    own, others = finished(model).state_dict(), loaded.state_dict()
    assert own.keys() == others.keys()
    assert all(torch.equal(own[name], others[name]) for name in own)
    assert [name for name, _ in loaded.named_parameters()] == [name for name, _ in model.named_parameters()]
    assert measured(loaded, batch_of()) == before


@models_with("score")
def test_scores_sum_to_the_nats(config: ModelConfig) -> None:
    model, batch = exactly(build_model(config, DOCUMENTS, LABELS)), batch_of()
    nats_LB, _ = scored(model, batch)
    assert_same(nats_LB.sum(), model(batch, Progress()).metrics["nats"].total)
    assert not nats_LB[~batch.valid_LB].any()
    for row, length in enumerate(batch.lengths_B.tolist()):
        assert_same(scored(model, rows_of(batch, [row]))[0][:, 0], nats_LB[:length, row])


@models_with("encode")
def test_a_texts_vector_is_its_own(config: ModelConfig) -> None:
    model, batch = exactly(build_model(config, DOCUMENTS, LABELS)), batch_of()
    encode: Any = model.encode
    whole_BZ = encode(batch)
    for row in range(len(batch.lengths_B)):
        assert_same(encode(rows_of(batch, [row]))[0], whole_BZ[row])


@models_with("logits")
def test_logits_say_the_same_as_scores(config: ModelConfig) -> None:
    model, batch = exactly(build_model(config, DOCUMENTS, LABELS)), batch_of()
    logits: Any = model.logits
    log_LBV = logits(batch).log_softmax(-1)
    nats_LB = -log_LBV.gather(-1, batch.tokens_LB[..., None])[..., 0] * batch.valid_LB
    assert_same(nats_LB, scored(model, batch)[0])


@STREAMED
@pytest.mark.parametrize("window", [1, 5, 11])
def test_windows_that_carry_on_are_the_whole_text(config: ModelConfig, window: int) -> None:
    model, batch = exactly(build_model(config, STREAM)), batch_of([12] * 3, STREAM)
    whole, total, scores, carry, scored_carry = model(batch, Progress()), torch.zeros(()), [], None, None
    for begin in range(0, 12, window):
        part = window_of(batch, begin, min(begin + window, 12))
        loss = model(part, Progress(), carry)
        nats_LB, scored_carry = scored(model, part, scored_carry)
        total, carry = total + loss.metrics["nats"].total, loss.carry
        scores.append(nats_LB)
    assert_same(total.double(), whole.metrics["nats"].total)
    assert_same(torch.cat(scores), scored(model, batch)[0])
    assert_same_state(carry, whole.carry)


@STREAMED
def test_a_carry_is_cut_off_and_goes_on_only_where_a_batch_does(config: ModelConfig) -> None:
    model, batch = exactly(build_model(config, STREAM)), batch_of([12] * 3, STREAM)
    first, second = window_of(batch, 0, 6), window_of(batch, 6, 12)
    carry = model(first, Progress()).carry
    assert all(tensor.shape[1] == 3 and not tensor.requires_grad for tensor in tensors_of(carry))
    anew = dataclasses.replace(second, continues=False)
    assert_same_loss(measured(model, anew, carry), measured(model, second))
    assert measured(model, second, carry) != measured(model, second)


def width_of(kind: str) -> int:
    return 0 if kind == "nothing" else WIDTH


def condition_of(kind: str, dtype: torch.dtype = torch.float64, seed: int = 0) -> Condition:
    """For four texts: sources of unequal lengths where the condition is a reading."""
    chance = torch.Generator().manual_seed(seed)
    states_SBD = torch.randn(5, 4, WIDTH, generator=chance, dtype=dtype)
    if kind == "reading":
        layers = states_SBD[0], states_SBD[-1]
        return Reading(states_SBD, layers[-1], torch.tensor([5, 1, 3, 4]), layers)
    return states_SBD[0] if kind == "vector" else None


def begun(config: WriterConfig, kind: str) -> tuple[Writer, Tensor, State]:
    """A writer, inputs for four texts, and its state before them; other weights might have a ReLU shut by chance."""
    torch.manual_seed(0)
    writer = exactly(build_writer(config, DOCUMENTS, condition=width_of(kind)))
    return writer, batch_of([6] * 4).inputs_LB, writer.begin(condition_of(kind), 4)

import math
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from octavo.schedules import Constant, Cosine, Cyclical, Drop, Progress, Ramp, Schedule, StepDecay, Temperature, Unit


def at(unit: Unit, amount: float) -> Progress:
    return {"steps": Progress(step=int(amount)), "epochs": Progress(epoch=amount), "share": Progress(share=amount)}[
        unit
    ]


SHARES = [at("share", number / 20) for number in range(21)]


def test_progress_is_measured_in_any_unit() -> None:
    progress = Progress(step=7, epoch=1.5, share=0.25)
    assert [progress.measured_in(unit) for unit in ("steps", "epochs", "share")] == [7, 1.5, 0.25]


def test_constant_is_constant() -> None:
    assert {Constant(value=0.3)(progress) for progress in SHARES} == {0.3}


@pytest.mark.parametrize("unit", ["steps", "epochs"])
def test_a_ramp_is_level_outside_and_straight_inside(unit: Unit) -> None:
    ramp = Ramp(start=2.0, end=-2.0, begin=10, until=30, unit=unit)
    values = [ramp(at(unit, amount)) for amount in (0, 10, 15, 20, 25, 30, 99)]
    assert values == pytest.approx([2, 2, 1, 0, -1, -2, -2])


def test_a_ramp_of_no_length_is_a_step() -> None:
    ramp = Ramp(start=0.0, end=1.0, begin=5, until=5)
    assert [ramp(Progress(step=step)) for step in (4, 5, 6)] == [0, 0, 1]


@given(begin=st.integers(0, 9), every=st.integers(1, 5), epoch=st.integers(0, 40))
def test_step_decay_multiplies_once_for_every_step_reached(begin: int, every: int, epoch: int) -> None:
    reached = len([edge for edge in range(begin, 41, every) if edge <= epoch])
    decay = StepDecay(value=3.0, factor=0.5, begin=begin, every=every)
    assert decay(Progress(epoch=epoch)) == 3.0 * 0.5**reached


def test_step_decay_forgives_rounding() -> None:
    epoch = sum([0.1] * 10)
    assert epoch < 1
    assert StepDecay(value=1.0, factor=0.5, begin=1)(Progress(epoch=epoch)) == 0.5


def test_cosine_warms_up_then_falls_to_its_floor() -> None:
    cosine = Cosine(value=1.0, warmup=0.2, floor=0.1)
    values = [cosine(progress) for progress in SHARES]
    assert values[4] == 1.0
    assert all(before < after for before, after in pairwise(values[:5]))
    assert all(before > after for before, after in pairwise(values[4:]))
    assert values[-1] == pytest.approx(0.1)
    assert values[12] == pytest.approx(0.55)  # half way down
    assert cosine(Progress(share=1.5)) == pytest.approx(0.1)


def test_cosine_begins_above_nothing() -> None:
    """A first update of rate zero would be lost."""
    assert 0 < Cosine(value=1.0, warmup=0.2)(Progress()) < 0.01
    assert Cosine(value=1.0)(Progress()) == 1.0


def test_cosine_warmed_up_to_the_end_never_falls() -> None:
    cosine = Cosine(value=1.0, warmup=1.0)
    assert all(math.isfinite(cosine(progress)) for progress in SHARES)
    assert cosine(Progress(share=1.0)) == 1.0


@pytest.mark.parametrize("unit", ["steps", "epochs", "share"])
def test_drop_is_a_hard_end(unit: Unit) -> None:
    drop = Drop(value=0.7, at=4, unit=unit)
    assert [drop(at(unit, amount)) for amount in (0, 3, 4, 5)] == [0.7, 0.7, 0.0, 0.0]


@pytest.mark.parametrize(
    "schedule",
    [Constant(value=1), Ramp(until=3), StepDecay(value=1, factor=0.5, begin=2), Cosine(value=1), Drop(at=0.5)],
)
def test_a_schedule_is_known_by_its_kind(schedule: Any) -> None:
    assert TypeAdapter(Schedule).validate_python({**vars(schedule)}) == schedule


def test_an_unknown_kind_or_field_is_refused() -> None:
    for wrong in ({"kind": "sine", "value": 1.0}, {"kind": "constant", "value": 1.0, "warmup": 2.0}):
        with pytest.raises(ValidationError):
            TypeAdapter(Schedule).validate_python(wrong)


@pytest.mark.parametrize(
    "schedule",
    [
        Constant(value=0),
        Ramp(start=1, end=0, until=1),
        StepDecay(value=1, factor=0, begin=2),
        Cosine(value=1),
        Drop(at=1),
    ],
)
def test_a_temperature_never_reaches_zero(schedule: Any) -> None:
    adapter = TypeAdapter(Temperature)
    with pytest.raises(ValidationError, match="is above 0 from the first step to the last"):
        adapter.validate_python({**vars(schedule)})
    for fine in (Constant(value=0.1), Ramp(start=1, end=0.2, until=1), Cosine(value=1, floor=0.1)):
        assert adapter.validate_python({**vars(fine)}) == fine


def test_a_cyclical_weight_rises_and_stays_in_every_cycle() -> None:
    weight = Cyclical(start=0.1, end=1.1, cycles=4, rising=0.5)
    values = [weight(Progress(share=share)) for share in (0, 0.0625, 0.125, 0.2, 0.25, 0.3125, 0.75, 0.8125, 1)]
    assert values == pytest.approx([0.1, 0.6, 1.1, 1.1, 0.1, 0.6, 0.1, 0.6, 1.1])

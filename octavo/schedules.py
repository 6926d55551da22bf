"""Quantities that change while a model trains: frozen values, called on Progress."""

import math
from typing import Annotated, Literal, NamedTuple

from pydantic import AfterValidator, Discriminator, Field, PositiveInt

from octavo.config import config

Unit = Literal["steps", "epochs", "share"]
Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Progress(NamedTuple):
    """How far a training is: updates made, passes over the data, and the share of the whole in [0, 1].

    The share is of the steps, or of the time where only a time limit is given.
    """

    step: int = 0
    epoch: float = 0.0
    share: float = 0.0

    def measured_in(self, unit: Unit) -> float:
        return {"steps": self.step, "epochs": self.epoch, "share": self.share}[unit]


@config
class Constant:
    """Always the same value."""

    kind: Literal["constant"] = "constant"
    value: Amount

    def __call__(self, progress: Progress) -> float:
        return self.value


@config
class Ramp:
    """A straight line from `start` at `begin` to `end` at `until`, level outside.

    >>> Ramp(start=0.0, end=1.0, until=100)(Progress(step=25))
    0.25
    """

    kind: Literal["ramp"] = "ramp"
    start: Amount = 0.0
    end: Amount = 1.0
    begin: float = 0.0
    until: float
    unit: Unit = "steps"

    def __call__(self, progress: Progress) -> float:
        length = max(self.until - self.begin, 1e-12)
        done = min(max((progress.measured_in(self.unit) - self.begin) / length, 0.0), 1.0)
        return self.start + done * (self.end - self.start)


@config
class StepDecay:
    """`value` until `begin`, then multiplied by `factor` there and again after every `every`.

    >>> halving = StepDecay(value=1.0, factor=0.5, begin=6, every=1, unit="epochs")
    >>> [halving(Progress(epoch=epoch)) for epoch in (0, 5.9, 6, 7.5)]
    [1.0, 1.0, 0.5, 0.25]
    """

    kind: Literal["step"] = "step"
    value: Amount
    factor: Amount
    begin: float
    every: float = 1.0
    unit: Unit = "epochs"

    def __call__(self, progress: Progress) -> float:
        # A hair's breadth forgives an epoch that floating point makes 5.9999999.
        passed = (progress.measured_in(self.unit) - self.begin) / self.every + 1e-9
        return self.value * self.factor ** max(0, math.floor(passed) + 1)


@config
class Cosine:
    """A linear warm-up to `value`, then half a cosine down to `floor` at the end of training."""

    kind: Literal["cosine"] = "cosine"
    value: Amount
    warmup: float = 0.0
    floor: Amount = 0.0

    def __call__(self, progress: Progress) -> float:
        if progress.share < self.warmup:
            return self.value * (progress.share + 1e-3) / (self.warmup + 1e-3)
        done = (progress.share - self.warmup) / max(1.0 - self.warmup, 1e-12)
        return self.floor + (self.value - self.floor) * 0.5 * (1.0 + math.cos(math.pi * min(done, 1.0)))


@config
class Drop:
    """`value` until `at`, then nothing: a hard end.

    >>> Drop(value=1.0, at=0.25)(Progress(share=0.25))
    0.0
    """

    kind: Literal["drop"] = "drop"
    value: Amount = 1.0
    at: float
    unit: Unit = "share"

    def __call__(self, progress: Progress) -> float:
        return self.value if progress.measured_in(self.unit) < self.at else 0.0


@config
class Cyclical:
    """`cycles` times from `start` to `end`: a straight line over the first `rising` of each, level after it.

    Fu et al. 2019 anneal the weight of the KL so, again and again.

    >>> twice = Cyclical(cycles=2, rising=0.5)
    >>> [twice(Progress(share=share)) for share in (0, 0.125, 0.25, 0.499, 0.5, 1)]
    [0.0, 0.5, 1.0, 1.0, 0.0, 1.0]
    """

    kind: Literal["cyclical"] = "cyclical"
    start: Amount = 0.0
    end: Amount = 1.0
    cycles: PositiveInt = 4
    rising: Annotated[float, Field(gt=0, le=1)] = 0.5

    def __call__(self, progress: Progress) -> float:
        if progress.share >= 1:
            return self.end
        done = min((progress.share * self.cycles) % 1 / self.rising, 1.0)
        return self.start + done * (self.end - self.start)


Weight = Annotated[Constant | Ramp | Cyclical, Discriminator("kind")]
Schedule = Annotated[Constant | Ramp | StepDecay | Cosine | Drop | Cyclical, Discriminator("kind")]


def _above_zero(schedule: Schedule) -> Schedule:
    lowest = min(getattr(schedule, name, 1.0) for name in ("value", "start", "end", "factor", "floor"))
    if schedule.kind == "drop" or not lowest:
        raise ValueError("a temperature, by which scores are divided, is above 0 from the first step to the last")
    return schedule


Temperature = Annotated[Schedule, AfterValidator(_above_zero)]

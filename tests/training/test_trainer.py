"""The loop, on the smallest model there is: what a step, an end, an evaluation and an interruption are."""

import dataclasses
import json
import math
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from rich.console import Console
from torch import nn

from octavo.interfaces import Batch, Loss, Mean, Progress, State
from octavo.schedules import Constant, Ramp
from octavo.training import checkpoint, trainer
from octavo.training.interruption import Interrupted
from octavo.training.optimizers import AdamWConfig, SGDConfig
from octavo.training.runlog import RunLog
from octavo.training.trainer import NotFinite, Position, Sums, Trainer, TrainingConfig

LENGTH = 3


class Line(nn.Module):
    """Tokens x cost Σ (w·x + noise + memory − 1)²: it learns, draws random numbers and carries a state."""

    def __init__(self) -> None:
        super().__init__()
        self.w = nn.Parameter(torch.full((LENGTH, 1), 0.1))

    def forward(self, batch: Batch, progress: Progress, carry: State = None) -> Loss:
        memory_1B = torch.zeros(1, len(batch.lengths_B)) if carry is None else carry[0]
        guess_LB = self.w * batch.tokens_LB + 0.01 * torch.rand_like(self.w) + memory_1B
        total = (guess_LB - 1).square().sum()
        carry = ((0.5 * memory_1B + 0.01 * guess_LB[-1:]).detach(),)
        count = batch.lengths_B.sum()
        return Loss(Mean(total, count), {"error": Mean(total.detach(), count)}, carry)


class Numbers:
    """Batches of small numbers, each batch other; `hook` is told of each that is asked for."""

    steps_per_epoch, rows_are = 8, "documents"

    def __init__(self, rows: int = 2, hook: Callable[[int], object] = lambda number: None) -> None:
        self.rows, self.hook = rows, hook

    def batch(self, step: int, rank: int = 0, ranks: int = 1) -> Batch:
        self.hook(step)
        documents_B = torch.arange(step * self.rows, (step + 1) * self.rows)
        tokens_LB = (documents_B + torch.arange(LENGTH)[:, None]) % 5
        return Batch(tokens_LB, torch.full((self.rows,), LENGTH), documents_B * 0, documents_B=documents_B)


def make(folder: Path, source: Numbers | None = None, model: nn.Module | None = None, **settings: Any) -> Trainer:
    """A trainer; `evaluate` and `keep_best` go to it, the other settings to its configuration."""
    own = {name: settings.pop(name) for name in ("evaluate", "keep_best") if name in settings}
    settings = {"optimizer": AdamWConfig(rate=Constant(value=0.01)), "log_every": 4, **settings}
    device = torch.device("cpu")
    config = TrainingConfig(**settings)
    return Trainer(model or Line(), source or Numbers(), config, folder, device, "fp32", readable, **own)


def readable(sums: Sums, split: str) -> dict[str, tuple[float, str]]:
    return {name: (mean.value, "") for name, mean in sums.items()}


def run(made: Trainer) -> Position:
    with RunLog(made.folder, made.total, made.position.step, console=Console(quiet=True)) as log:
        return made.run(log)


def resume(made: Trainer) -> Position:
    newest = checkpoint.newest(made.folder / "checkpoints", pytest.fail)
    if newest:
        made.restore(newest)
    return run(made)


def weights(made: Trainer) -> list[float]:
    return made.model.state_dict()["w"].flatten().tolist()


def lines(folder: Path) -> list[dict[str, Any]]:
    """The log, but for what the clock decides."""
    timed = ("seconds", "processor_seconds", "tokens_per_second")
    read = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    return [{name: value for name, value in line.items() if name not in timed} for line in read]


def at(step: int, act: Callable[[], object]) -> Callable[[int], object]:
    return lambda number: act() if number == step else None


def terminate() -> None:
    os.kill(os.getpid(), signal.SIGTERM)


def pull_the_plug() -> None:
    raise ConnectionAbortedError


def objectives(values: list[float]) -> Callable[[], Sums]:
    given: Iterator[float] = iter(values)
    return lambda: {"objective": Mean(next(given), 1)}


def steps_of(folder: Path) -> list[int]:
    return sorted(checkpoint.step_of(path) for path in (folder / "checkpoints").iterdir())


# What an update is


def test_accumulated_batches_make_the_update_of_one_big_batch(tmp_path: Path) -> None:
    class Plain(Line):
        def forward(self, batch: Batch, progress: Progress, carry: State = None) -> Loss:
            total = (self.w * batch.tokens_LB - 1).square().sum()
            return Loss(Mean(total, batch.lengths_B.sum()), {})

    optimizer = SGDConfig(rate=Constant(value=0.1), momentum=0.9)
    settings: dict[str, Any] = {"steps": 5, "clip": 0.5, "optimizer": optimizer}
    small = make(tmp_path / "small", Numbers(rows=2), Plain(), accumulate=3, **settings)
    big = make(tmp_path / "big", Numbers(rows=6), Plain(), **settings)
    run(small)
    run(big)
    assert weights(small) == pytest.approx(weights(big), rel=1e-6)
    assert weights(small) != pytest.approx([0.1] * LENGTH)
    assert small.tokens == big.tokens == 6 * LENGTH


def test_the_rate_of_a_step_is_what_its_schedule_says_before_it(tmp_path: Path) -> None:
    rate = Ramp(start=0.0, end=1.0, until=10)
    run(make(tmp_path, steps=4, log_every=1, optimizer=SGDConfig(rate=rate)))
    assert [line["rate"] for line in lines(tmp_path)] == [0.0, 0.1, 0.2, pytest.approx(0.3)]


# When it ends


@pytest.mark.parametrize(
    ("settings", "total"),
    [
        ({"steps": 30}, 30),
        ({"epochs": 2}, 16),
        ({"epochs": 0.01}, 1),
        ({"epochs": 2, "accumulate": 4}, 4),
        ({"steps": 30, "epochs": 2}, 16),
        ({"time_limit": 60}, None),
    ],
)
def test_the_first_of_its_limits_ends_a_training(tmp_path: Path, settings: dict[str, Any], total: int | None) -> None:
    assert make(tmp_path, **settings).total == total


def test_a_training_without_an_end_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"no end: give training\.steps"):
        make(tmp_path)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], object]:
    """A hook under which every batch takes a second."""
    now = [1000.0]

    def tick(number: int) -> None:
        now[0] += 1.0

    monkeypatch.setattr(trainer.time, "monotonic", lambda: now[0])
    return tick


def test_under_a_time_limit_schedules_run_on_the_share_of_the_time(
    tmp_path: Path, clock: Callable[[int], object]
) -> None:
    rate = Ramp(start=0.0, end=1.0, until=1.0, unit="share")
    settings: dict[str, Any] = {"time_limit": 10, "log_every": 1, "optimizer": SGDConfig(rate=rate)}

    def stop(number: int) -> None:
        clock(number)
        at(3, terminate)(number)

    with pytest.raises(Interrupted):
        run(make(tmp_path, Numbers(hook=stop), **settings))
    position = resume(make(tmp_path, Numbers(hook=clock), **settings))
    assert (position.step, position.seconds) == (10, 10.0)
    assert [line["rate"] for line in lines(tmp_path)] == pytest.approx([step / 10 for step in range(10)])


def test_the_processor_s_time_goes_on_with_the_training(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the process had used before: half a second for each batch, in two processes."""
    used = iter(range(100, 200))
    monkeypatch.setattr(trainer.time, "process_time", lambda: next(used) / 2)
    assert run(make(tmp_path, steps=4)).processor_seconds == 2.0
    assert resume(make(tmp_path, steps=10)).processor_seconds == 5.0


def test_the_clock_is_the_slowest_rank_s(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With clocks of their own, ranks under DDP would come to rates, and so to weights, of their own."""
    monkeypatch.setattr(trainer.distributed, "largest", lambda own: max(own, 60.0) if isinstance(own, float) else own)
    assert run(make(tmp_path, time_limit=60)).step == 1


@pytest.mark.parametrize("checkpoint_seconds", [300, 1e-9])
def test_the_last_stretch_is_logged_and_measured_whenever_the_end_comes(
    tmp_path: Path, clock: Callable[[int], object], checkpoint_seconds: float
) -> None:
    settings: dict[str, Any] = {"time_limit": 6.5, "log_every": 4, "checkpoint_seconds": checkpoint_seconds}
    run(make(tmp_path, Numbers(hook=clock), evaluate=objectives([1.0]), **settings))
    assert [(line["step"], line["split"]) for line in lines(tmp_path)] == [(4, "train"), (7, "train"), (7, "valid")]


def test_patience_ends_a_training_that_gets_no_better(tmp_path: Path) -> None:
    kept: list[int] = []
    evaluate = objectives([3.0, 2.0, 2.5, 2.0, 1.0])
    made = make(
        tmp_path,
        steps=50,
        evaluate_every=5,
        patience=2,
        evaluate=evaluate,
        keep_best=lambda: kept.append(made.position.step),
    )
    position = run(made)
    assert kept == [5, 10]
    assert position == Position(20, best=2.0, best_step=10, evaluations_since_best=2)


def test_a_limit_below_what_is_done_leaves_nothing_to_do(tmp_path: Path) -> None:
    run(make(tmp_path, steps=6))
    before = (tmp_path / "metrics.jsonl").read_text()
    shorter = make(tmp_path, steps=3)
    shorter.restore(tmp_path / "checkpoints" / "step-00000006")
    assert shorter.done()
    assert run(shorter).step == 6
    assert (tmp_path / "metrics.jsonl").read_text() == before


# What is kept


def test_an_evaluation_that_is_not_a_number_is_never_the_best(tmp_path: Path) -> None:
    kept: list[float] = []
    evaluate = objectives([math.nan, 2.0, math.nan])
    made = make(
        tmp_path, steps=6, evaluate_every=2, evaluate=evaluate, keep_best=lambda: kept.append(made.position.best)
    )
    assert run(made).best_step == 4
    assert kept == [2.0]


def test_the_best_is_of_the_highest_accuracy_where_that_judges(tmp_path: Path) -> None:
    right = iter([1, 3, 2])
    made = make(
        tmp_path,
        steps=6,
        evaluate_every=2,
        judged_by="accuracy",
        evaluate=lambda: {"objective": Mean(made.position.step, 1), "accuracy": Mean(next(right), 4)},
    )
    assert (run(made).best_step, made.position.best) == (4, 0.25)


def test_without_evaluation_the_last_weights_are_kept_with_each_checkpoint(tmp_path: Path) -> None:
    kept: list[int] = []
    made = make(tmp_path, steps=3, checkpoint_seconds=1e-9, keep_best=lambda: kept.append(made.position.step))
    run(made)
    assert kept == [1, 2, 3]


def test_the_newest_checkpoints_are_kept(tmp_path: Path) -> None:
    run(make(tmp_path, steps=7, checkpoint_seconds=1e-9, keep_last=3))
    assert steps_of(tmp_path) == [5, 6, 7]


# What an interruption changes: nothing


def ten_steps(folder: Path, source: Numbers | None = None, **settings: Any) -> Trainer:
    """A trainer that evaluates after 4, 8 and 10 steps: better, better, worse."""
    model = Line()

    def evaluate() -> Sums:
        return {"objective": Mean((made.position.step - 8) ** 2 + model.w.sum().item(), 1)}

    made = make(folder, source, model, steps=10, evaluate_every=4, clip=1.0, evaluate=evaluate, **settings)
    return made


@pytest.mark.parametrize("step", range(10))
def test_stopped_in_any_step_and_resumed_is_uninterrupted(tmp_path: Path, step: int) -> None:
    uninterrupted = ten_steps(tmp_path / "whole")
    run(uninterrupted)
    with pytest.raises(Interrupted) as stopped:
        run(ten_steps(tmp_path / "cut", Numbers(hook=at(step, terminate))))
    assert stopped.value.code == 143
    assert steps_of(tmp_path / "cut") == [step + 1]
    again = ten_steps(tmp_path / "cut")
    resume(again)
    assert weights(again) == weights(uninterrupted)
    assert torch.equal(again.carry[0], uninterrupted.carry[0])
    assert again.position == uninterrupted.position
    assert lines(tmp_path / "cut") == lines(tmp_path / "whole")


@pytest.mark.parametrize("step", [2, 5, 9])
def test_no_step_is_logged_twice_after_a_crash(tmp_path: Path, step: int) -> None:
    uninterrupted = ten_steps(tmp_path / "whole")
    run(uninterrupted)
    folder = tmp_path / "cut"
    with pytest.raises(ConnectionAbortedError):
        run(ten_steps(folder, Numbers(hook=at(step, pull_the_plug)), checkpoint_seconds=1e-9, keep_last=10))
    # Of the last steps there is only the log, as where a checkpoint comes every few minutes.
    checkpoint.discard_after(folder / "checkpoints", step - 2)
    again = ten_steps(folder)
    resume(again)
    assert lines(folder) == lines(tmp_path / "whole")
    assert weights(again) == weights(uninterrupted)


# What is not a number


class Broken(Line):
    """One document costs NaN."""

    def forward(self, batch: Batch, progress: Progress, carry: State = None) -> Loss:
        loss = super().forward(batch, progress, carry)
        assert batch.documents_B is not None
        poison = math.nan if 13 in batch.documents_B else 1.0
        return dataclasses.replace(loss, objective=loss.objective._replace(total=loss.objective.total * poison))


@pytest.mark.parametrize("look_every", [1, 20])
@pytest.mark.parametrize("accumulate", [1, 2])
def test_a_loss_that_is_not_a_number_is_named_by_step_and_documents(
    tmp_path: Path, look_every: int, accumulate: int
) -> None:
    kept: list[int] = []
    settings: dict[str, Any] = {"steps": 40, "accumulate": accumulate, "evaluate_every": 3}
    made = make(
        tmp_path,
        model=Broken(),
        checkpoint_seconds=1e-9,
        evaluate=objectives([1.0, 0.5, 0.2]),
        keep_best=lambda: kept.append(made.position.step),
        **settings,
    )
    made.look_every = look_every
    with pytest.raises(NotFinite) as error:
        run(made)
    step = 6 // accumulate + 1
    assert f"the loss became nan in step {step}, whose batch holds documents 12, 13; " in str(error.value)
    assert all(best < step for best in kept)
    newest = checkpoint.newest(tmp_path / "checkpoints", pytest.fail)
    assert (
        f"the last good checkpoint is {newest}" in str(error.value) if newest else "no checkpoint" in str(error.value)
    )
    assert newest is None or checkpoint.load(newest)[0]["model"]["w"].isfinite().all()


def test_weights_that_are_not_finite_replace_no_checkpoint(tmp_path: Path) -> None:
    run(make(tmp_path, steps=3, optimizer=SGDConfig(rate=Constant(value=0.1))))
    made = make(tmp_path, steps=4, optimizer=SGDConfig(rate=Constant(value=math.inf)))
    with pytest.raises(NotFinite, match=r"weight is no longer finite after step 4; the last good .*step-00000003"):
        resume(made)
    assert steps_of(tmp_path) == [3]

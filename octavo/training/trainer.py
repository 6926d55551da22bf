"""The only training loop: it knows of a model nothing but its Loss."""

import dataclasses
import math
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated, Any, Literal, Protocol

import numpy as np
import torch
from pydantic import Field, PositiveFloat, PositiveInt
from torch import Tensor, nn

from octavo import distributed
from octavo.config import Tiny, config
from octavo.interfaces import Batch, Loss, Mean, Progress, State, TextModel, map_state
from octavo.schedules import Constant
from octavo.training import checkpoint, optimizers, state
from octavo.training.interruption import Interrupted, Interruption
from octavo.training.optimizers import AdamWConfig, OptimizerConfig
from octavo.training.precision import Resolved, autocast
from octavo.training.runlog import Figures, RunLog

Sums = dict[str, Mean]


@config
class TrainingConfig:
    """How long, how, and how often to look.

    Training ends after `steps` updates, `epochs` passes or `time_limit` seconds, whichever is first; schedules that
    run on the share of the training see the largest of the three shares. Texts of `accumulate` batches make one
    update. `patience` stops after so many evaluations without a better one: one of a lower objective, or of a higher
    accuracy where `judged_by` says so.
    """

    steps: Annotated[PositiveInt | None, Tiny(20)] = None
    epochs: PositiveFloat | None = None
    time_limit: PositiveFloat | None = None
    optimizer: OptimizerConfig = AdamWConfig(rate=Constant(value=1e-3))
    clip: PositiveFloat | None = None
    accumulate: PositiveInt = 1
    seed: Annotated[int, Field(ge=0)] = 1
    evaluate_every: Annotated[PositiveInt | None, Tiny(10)] = None
    evaluate_rows: PositiveInt = 20
    evaluate_tokens: PositiveInt | None = None
    log_every: PositiveInt = 100
    checkpoint_seconds: PositiveFloat = 300.0
    keep_last: PositiveInt = 2
    patience: PositiveInt | None = None
    judged_by: Literal["objective", "accuracy"] = "objective"


class Source(Protocol):
    """Batches as a pure function of the step."""

    steps_per_epoch: int
    rows_are: str

    def batch(self, step: int, rank: int = 0, ranks: int = 1) -> Batch: ...


@dataclasses.dataclass
class Position:
    """Where a training is: all that its checkpoint holds beside tensors; processor seconds are the first rank's."""

    step: int = 0
    seconds: float = dataclasses.field(default=0.0, compare=False)
    processor_seconds: float = dataclasses.field(default=0.0, compare=False)
    best: float = math.inf
    best_step: int = 0
    evaluations_since_best: int = 0


class NotFinite(RuntimeError):
    """A loss, or a weight, became NaN or infinite."""


class Trainer:
    """Steps a model through batches, evaluates it, and keeps what is needed to go on after any interruption.

    `evaluate` gives sums of which "objective", or "accuracy", decides what is best; `keep_best` is called when one is,
    and `remarks` puts into words what is amiss. Randomness is a function of (seed, step, rank), so that no random state
    needs to be carried.
    """

    def __init__(
        self,
        model: nn.Module,
        batches: Source,
        config: TrainingConfig,
        folder: Path,
        device: torch.device,
        precision: Resolved,
        readable: Callable[[Sums, str], Figures],
        evaluate: Callable[[], Sums] | None = None,
        keep_best: Callable[[], None] = lambda: None,
        remarks: Callable[[Sums], Iterable[str]] = lambda sums: (),
    ) -> None:
        self.model, self.batches, self.config, self.folder = model, batches, config, folder
        self.device, self.precision = device, precision
        self.readable, self.evaluate, self.keep_best, self.remarks = readable, evaluate, keep_best, remarks
        self.parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
        self.optimizer = optimizers.build(config.optimizer, model)
        self.position = Position()
        self.carry: State = None
        self.sums: Sums = {}
        self.losses: dict[int, Tensor] = {}  # by batch, of those not yet looked at
        self.total = self._total_steps()
        self.steps_per_epoch = batches.steps_per_epoch / config.accumulate
        self.evaluate_every = config.evaluate_every or math.ceil(self.steps_per_epoch)
        # A look at the loss makes the host wait for an accelerator; the CPU has nothing to wait for.
        self.look_every = 1 if device.type == "cpu" else 20

    def run(self, log: RunLog) -> Position:
        """Train to the end, or to the next safe place after a signal."""
        self.log = log
        self.began = time.monotonic() - self.position.seconds
        self.idle = time.process_time() - self.position.processor_seconds
        saved = self.position.seconds
        with Interruption() as interruption:
            while not self.done():
                progress = self.update()
                wanted = self._agree(interruption.number or 0)
                self._log(progress)
                if self.position.step % self.evaluate_every == 0 or self.done():
                    self._evaluate()
                if wanted or self.done() or self.position.seconds - saved > self.config.checkpoint_seconds:
                    self.save()
                    saved = self._clock()
                if wanted:
                    raise Interrupted(wanted)
        return self.position

    def update(self) -> Progress:
        """Gradients of the objective's total, scaled by its count, clipped, applied."""
        progress = self.progress()
        self._settle(progress)
        optimizers.set_rate(self.optimizer, self.config.optimizer.rate(progress))
        _seed(self.config.seed, progress.step, distributed.rank())
        count, self.tokens = torch.zeros((), device=self.device), 0
        for number in range(progress.step * self.config.accumulate, (progress.step + 1) * self.config.accumulate):
            loss = self._loss(self._batch(number), progress)
            loss.objective.total.backward()
            count += loss.objective.count
            self._add(number, loss)
        # DDP and FSDP average over ranks: the ranks' number turns the mean of totals back into their sum.
        scale = distributed.ranks() / distributed.total(count)
        factor = optimizers.clipping(self.parameters, self.config.clip, scale)
        if progress.step % self.look_every == 0:
            self._look()
        self.optimizer.step(factor)
        self.optimizer.zero_grad()
        self.position.step += 1
        return progress

    def done(self) -> bool:
        """Whether there is nothing left to train."""
        position, config = self.position, self.config
        out_of_steps = self.total is not None and position.step >= self.total
        out_of_time = config.time_limit is not None and position.seconds >= config.time_limit
        out_of_patience = config.patience is not None and position.evaluations_since_best >= config.patience
        return out_of_steps or out_of_time or out_of_patience

    def progress(self) -> Progress:
        """How far this training is, by the largest of the shares of its limits."""
        step, epoch = self.position.step, self.position.step / self.steps_per_epoch
        limit = self.config.time_limit
        shares = [step / self.total if self.total else 0.0, self.position.seconds / limit if limit else 0.0]
        return Progress(step, epoch, min(max(shares), 1.0))

    def save(self) -> None:
        """Write a checkpoint that is whole or not at all, after making sure that it is worth having."""
        self._look()
        carry, shape = state.flatten_tree(map_state(distributed.gather_columns, self.carry))
        tensors = {
            "model": state.flatten_model(self.model),
            "optimizer": state.flatten_optimizer(self.optimizer, self.model),
            "carry": carry,
        }
        finite = all(weight.isfinite().all() for weight in tensors["model"].values())
        if distributed.largest(not finite):
            raise NotFinite(f"a weight is no longer finite after step {self.position.step:,}; {self._kept()}")
        if self.evaluate is None:
            self.keep_best()
        sums = {name: [float(part) for part in mean] for name, mean in distributed.sum_means(self.sums).items()}
        if distributed.is_first():
            facts = {"position": dataclasses.asdict(self.position), "carry": shape, "sums": sums}
            checkpoint.save(self.folder / "checkpoints", self.position.step, tensors, facts)
            checkpoint.prune(self.folder / "checkpoints", self.config.keep_last)
        distributed.barrier()

    def restore(self, folder: Path) -> None:
        """Go on from a checkpoint, exactly."""
        tensors, facts = checkpoint.load(folder)
        if distributed.is_first():
            checkpoint.discard_after(folder.parent, checkpoint.step_of(folder))
        distributed.barrier()
        state.restore_model(self.model, tensors["model"])
        state.restore_optimizer(self.optimizer, self.model, tensors["optimizer"])
        carry = state.restore_tree(tensors["carry"], facts["carry"])
        self.carry = map_state(lambda whole: distributed.own_columns(whole).to(self.device), carry)
        self.position = Position(**facts["position"])
        # What all ranks had summed up goes to the first: it is their sum that is shown.
        self.sums = {
            name: Mean(*parts) if distributed.is_first() else Mean(0.0, 0.0)
            for name, parts in facts.get("sums", {}).items()
        }

    def _total_steps(self) -> int | None:
        epochs = self.config.epochs
        by_epochs = round(epochs * self.batches.steps_per_epoch / self.config.accumulate) if epochs else None
        limits = [limit for limit in (self.config.steps, by_epochs) if limit is not None]
        if not limits and not self.config.time_limit:
            raise ValueError("training has no end: give training.steps, training.epochs or training.time_limit")
        return max(1, min(limits)) if limits else None

    def _agree(self, signal: int) -> int:
        """Set the clock, and give the signal that any rank has heard; not after every step, where a look is dear."""
        if self.position.step % self.look_every and self.position.step != self.total:
            return 0
        self.position.seconds, self.position.processor_seconds = self._clock(), time.process_time() - self.idle
        return int(distributed.largest(signal))

    def _clock(self) -> float:
        """The latest of all ranks' clocks, so that all find the same rate, save, and end at the same step."""
        return distributed.largest(time.monotonic() - self.began)

    def _settle(self, progress: Progress) -> None:
        """Freeze and wrap anew where a part of the model is over."""
        model = distributed.plain(self.model)
        if isinstance(model, TextModel) and model.settle(progress):
            self.model = distributed.wrap_again(self.model)

    def _batch(self, number: int) -> Batch:
        batch = self.batches.batch(number, distributed.rank(), distributed.ranks())
        self.tokens += int(batch.lengths_B.sum()) * distributed.ranks()
        return batch.map(lambda tensor: tensor.to(self.device))

    def _loss(self, batch: Batch, progress: Progress) -> Loss:
        with autocast(self.device, self.precision):
            loss = self.model(batch, progress, self.carry)
        self.carry = loss.carry
        return loss

    def _add(self, number: int, loss: Loss) -> None:
        objective = Mean(loss.objective.total.detach(), loss.objective.count)
        self.losses[number] = objective.total
        for name, mean in {"objective": objective, **loss.metrics}.items():
            self.sums[name] = self.sums[name] + mean if name in self.sums else mean

    def _log(self, progress: Progress) -> None:
        self.log.advance(self.progress(), self.tokens)
        if self.position.step % self.config.log_every == 0 or self.done():
            self._look()
            self._write(distributed.sum_means(self.sums), "train", rate=self.config.optimizer.rate(progress))
            self.sums = {}

    def _write(self, sums: Sums, split: str, **facts: float) -> None:
        exact = {name: Mean(float(mean.total), float(mean.count)) for name, mean in sums.items()}
        facts |= {"epoch": round(self.progress().epoch, 4), "seconds": round(self.position.seconds, 2)}
        if self.device.type == "cpu":  # an accelerator's work is none of the processor's time
            facts["processor_seconds"] = round(self.position.processor_seconds, 2)
        if split == "train":
            facts["tokens_per_second"] = round(self.log.tokens_per_second)
        self.log.write(self.position.step, self.readable(exact, split), split, **facts)

    def _look(self) -> None:
        """Refuse to go on, or to save, after a loss that is not a number."""
        losses, self.losses = self.losses, {}
        values = torch.stack(list(losses.values())).tolist() if losses else []
        for number, value in zip(losses, values, strict=True):
            if not math.isfinite(value):
                step = number // self.config.accumulate + 1
                raise NotFinite(f"the loss became {value} in step {step:,}{self._documents(number)}; {self._kept()}")

    def _documents(self, number: int) -> str:
        documents = self.batches.batch(number, distributed.rank(), distributed.ranks()).documents_B
        return "" if documents is None else f", whose batch holds {self.batches.rows_are} {_some(documents)}"

    def _kept(self) -> str:
        good = checkpoint.newest(self.folder / "checkpoints", lambda warning: None)
        kept = f"the last good checkpoint is {good}" if good else "no checkpoint had been written yet"
        return f"{kept}; a lower rate, or a clip, may help"

    def _evaluate(self) -> None:
        self._look()
        if self.evaluate is None:
            return
        sums, position = self.evaluate(), self.position
        cost = distributed.largest(self._cost(sums))  # ranks may differ in the last digit
        self._write(sums, "valid")
        for remark in self.remarks(sums):
            self.log.say(f"step {position.step:,}: {remark}")
        if cost < position.best:
            position.best, position.best_step, position.evaluations_since_best = cost, position.step, 0
            self.keep_best()
        else:
            position.evaluations_since_best += 1

    def _cost(self, sums: Sums) -> float:
        """What is to be low: the objective, or the share of labels that are not told right."""
        if self.config.judged_by == "objective":
            return sums["objective"].value
        return 1 - sums["accuracy"].value


def _seed(*parts: int) -> None:
    torch.manual_seed(int(np.random.SeedSequence(parts).generate_state(1, np.uint64)[0] >> 1))


def _some(numbers: Tensor) -> str:
    listed: list[Any] = numbers[:8].tolist()
    return ", ".join(map(str, listed)) + (", …" if len(numbers) > 8 else "")

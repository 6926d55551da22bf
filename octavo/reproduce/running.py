"""Run what an exhibit lacks: each row a training and its measure, in processes of their own that can be resumed."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from octavo.models import MODELS
from octavo.recipe import NOTHING
from octavo.recipes import recipe
from octavo.reproduce.exhibits import Exhibit, Row
from octavo.training.interruption import Interrupted, Interruption
from octavo.training.limits import seconds

Say = Callable[[str], None]


@dataclass(frozen=True)
class Plan:
    """How much is trained, where it goes, and how many run side by side.

    `budget` is full, tiny, or a length of time such as 30m, which the rows of an exhibit share.
    """

    budget: str = "full"
    runs: Path = Path("runs/reproduce")
    results: Path = Path("results")
    jobs: int = 1
    stand_in: bool = False
    device: str = "auto"


@dataclass
class Job:
    """A row on its way: the folder of its run, the file of its result, and the process at work on it."""

    row: Row
    recipe: str
    folder: Path
    result: Path
    limits: tuple[str, ...]
    reader: Path | None = None
    alike: Mapping[str, Any] = field(default_factory=dict)
    bound: Mapping[str, int] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    measures: bool = False
    told: str = ""

    def next_command(self, plan: Plan) -> list[str]:
        """The training, and once that is done the measure."""
        changed = {**self.alike, **self.row.overrides}
        overrides = [word for path, wanted in changed.items() for word in (f"--{path}", _written(wanted))]
        common = ["--device", plan.device]
        if self.measures:
            bound = [word for name, count in self.bound.items() for word in (f"--{name}", str(count))]
            return ["evaluate", str(self.folder), "--record", str(self.result), *bound, *common]
        threads = ["--threads", str(max(1, (os.cpu_count() or 1) // plan.jobs))] if plan.jobs > 1 else []
        return [
            "train", self.recipe, "--out", str(self.folder), "--resume", *overrides, *self.limits, *threads, *common,
            *(["--init-reader", str(self.reader)] if self.reader else []),
        ]  # fmt: skip

    @property
    def log(self) -> Path:
        return self.folder.with_name(self.folder.name + ".log")


def run(exhibit: Exhibit, plan: Plan, say: Say) -> None:
    """Run each row that has no result yet; what is stopped is gone on with by the same call."""
    if not exhibit.rows:
        commands = "; ".join(exhibit.commands) or "none"
        raise ValueError(f"{exhibit.name} is not made of trainings: its commands are: {commands}")
    waiting = []
    for job in jobs_of(exhibit, plan):
        if job.result.exists():
            say(f"{job.row.label}: done, {job.result}")
        else:
            waiting.append(job)
    with Interruption() as interruption, _stopped_at_the_end(waiting):
        while any(not job.result.exists() for job in waiting):
            _start_next(waiting, plan)
            time.sleep(0.2)
            for job in waiting:
                _look_after(job, say)
            if interruption.number is not None:
                say("stopped: the same command goes on with what is left")
                raise Interrupted(interruption.number)


def jobs_of(exhibit: Exhibit, plan: Plan) -> list[Job]:
    """A job for each row; results of a tiny budget stay beside its runs, for they say nothing."""
    folder = plan.runs / plan.budget / exhibit.name
    results = folder if plan.budget == "tiny" else plan.results
    suffix = "" if plan.budget in ("full", "tiny") else f"-{plan.budget}"
    return [
        Job(
            row,
            row.stand_ins[0] if plan.stand_in and row.stand_ins else row.recipe,
            folder / row.slug,
            results / f"{exhibit.name}-{row.slug}{suffix}.json",
            _limits(plan.budget, len(exhibit.rows)),
            _reader_of(row, exhibit, folder),
            _alike(exhibit, plan.budget) if plan.stand_in and row.stand_ins else {},
            exhibit.bound if _has_latent(row.recipe) else {},
        )
        for row in exhibit.rows
    ]


def _has_latent(name: str) -> bool:
    """Whether a recipe's model has a posterior, beside a label or alone."""
    model = MODELS[type(recipe(name).model)]
    return hasattr(model, "posterior") or hasattr(model, "given_label")


def _reader_of(row: Row, exhibit: Exhibit, folder: Path) -> Path | None:
    return next((folder / other.slug for other in exhibit.rows if other.label == row.begun), None)


def _alike(exhibit: Exhibit, budget: str) -> dict[str, Any]:
    """What all stand-ins are to have, but for what a budget sets; tiny ones are compared with nothing."""
    limited = {} if budget == "full" else {"training.time_limit"}
    return {} if budget == "tiny" else {path: one for path, one in exhibit.alike.items() if path not in limited}


def _limits(budget: str, rows: int) -> tuple[str, ...]:
    if budget == "full":
        return ()
    return ("--tiny",) if budget == "tiny" else ("--time-limit", f"{seconds(budget) / rows:.0f}s")


def _written(wanted: Any) -> str:
    """A value as the command line takes it."""
    return NOTHING if wanted is None else json.dumps(wanted)


def ready(job: Job, waiting: Sequence[Job]) -> bool:
    """Whether it is left to do, and the run that its reader begins from is not."""
    unfinished = [other.folder for other in waiting if not other.result.exists()]
    return job.folder in unfinished and job.reader not in unfinished


def _start_next(waiting: Sequence[Job], plan: Plan) -> None:
    busy = sum(job.process is not None for job in waiting)
    for job in waiting:
        if busy < plan.jobs and job.process is None and ready(job, waiting):
            job.log.parent.mkdir(parents=True, exist_ok=True)
            with job.log.open("ab") as log:
                command = [sys.executable, "-m", "octavo", *job.next_command(plan)]
                job.process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
            busy += 1


def _look_after(job: Job, say: Say) -> None:
    """Tell how far a process is when that is news, and go on from training to measuring when it has ended."""
    if job.process is None:
        return
    ended = job.process.poll()
    newest = _last_line(job.log)
    if ended is None:
        if newest != job.told:
            say(f"{job.row.label}: {newest}")
        job.told = newest
        return
    job.process = None
    if ended:
        raise RuntimeError(f"{job.row.label} ended with {ended}: {newest} (all of it is in {job.log})")
    if job.measures:
        say(f"{job.row.label}: done, {job.result}")
    job.measures = True


def _last_line(log: Path) -> str:
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 2000))
        lines = file.read().decode("utf-8", "replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "starting")


@contextmanager
def _stopped_at_the_end(jobs: Sequence[Job]) -> Iterator[None]:
    """However this ends, no process is left behind: a training that is told to stop saves itself first."""
    try:
        yield
    finally:
        for job in jobs:
            if job.process is not None:
                job.process.terminate()
        for job in jobs:
            if job.process is not None:
                job.process.wait()

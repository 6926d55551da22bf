"""Studies of trained runs: one file and one line here for each, a function of a run and of how much to look at.

What is compared where it is measured, as speed is, is a function of all the runs; what tells how a run was trained
needs its folder too.
"""

import shlex
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import torch

from octavo.environment import environment
from octavo.record import training_of
from octavo.runs import Run
from octavo.studies.by_label import by_label
from octavo.studies.corpus import corpus
from octavo.studies.curves import curves
from octavo.studies.end_of_text import end_of_text
from octavo.studies.error import error
from octavo.studies.features import mixtures, plane
from octavo.studies.lengths import lengths
from octavo.studies.mutation import mutation
from octavo.studies.prior import prior
from octavo.studies.samples import StudyConfig
from octavo.studies.speed import speed
from octavo.studies.text import text
from octavo.studies.vectors import vectors

Study = Callable[[Run, StudyConfig], dict[str, Any]]
StudyOfLog = Callable[[Path, Run, StudyConfig], dict[str, Any]]
Comparison = Callable[[Sequence[Run], StudyConfig], list[dict[str, Any]]]

STUDIES: dict[str, Study] = {
    "error": error,
    "end-of-text": end_of_text,
    "mutation": mutation,
    "lengths": lengths,
    "data": corpus,
    "prior": prior,
    "vectors": vectors,
    "plane": plane,
    "mixtures": mixtures,
    "by-label": by_label,
    "text": text,
}
STUDIES_OF_LOGS: dict[str, StudyOfLog] = {"curves": curves}
COMPARISONS: dict[str, Comparison] = {"speed": speed}


def begun(name: str, settings: StudyConfig, device: torch.device) -> dict[str, Any]:
    """A study before its first run: what it is, and on what machine it is made."""
    return {"study": name, "settings": vars(settings), "hardware": environment(device, "fp32"), "runs": []}


def of_runs(name: str, runs: Sequence[tuple[Path, Run]], settings: StudyConfig) -> Iterator[dict[str, Any]]:
    """What a study finds of each run, beside how that was trained."""
    started = time.monotonic()
    for (folder, run), found in zip(runs, _found(name, runs, settings), strict=True):
        seconds = round(time.monotonic() - started, 1)
        yield {"run": folder.resolve().name, **training_of(run, folder), "found": found, "seconds": seconds}
        started = time.monotonic()


def _found(name: str, runs: Sequence[tuple[Path, Run]], settings: StudyConfig) -> Iterator[dict[str, Any]]:
    if name in COMPARISONS:
        yield from COMPARISONS[name]([run for _, run in runs], settings)
    elif name in STUDIES_OF_LOGS:
        yield from (STUDIES_OF_LOGS[name](folder, run, settings) for folder, run in runs)
    else:
        yield from (STUDIES[name](run, settings) for _, run in runs)


def command_of(study: dict[str, Any], out: str) -> str:
    """The command that made a study, of what its file says of it."""
    usual = vars(StudyConfig())
    given = {name: value for name, value in study["settings"].items() if value != usual.get(name)}
    flags = [
        f"--{name.replace('_', '-')}" + ("" if value is True else f" {shlex.quote(str(value))}")
        for name, value in given.items()
    ]
    runs = [f"runs/{run['run']}" for run in study["runs"]]
    return " ".join(["octavo study", study["study"], *runs, *flags, "--out", out])

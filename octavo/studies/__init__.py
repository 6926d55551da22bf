"""Studies of trained runs: one file and one line here for each, a function of a run and of how much to look at."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from octavo.environment import environment
from octavo.record import training_of
from octavo.runs import Run
from octavo.studies.by_label import by_label
from octavo.studies.corpus import corpus
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

STUDIES: dict[str, Study] = {
    "error": error,
    "end-of-text": end_of_text,
    "mutation": mutation,
    "lengths": lengths,
    "data": corpus,
    "prior": prior,
    "speed": speed,
    "vectors": vectors,
    "plane": plane,
    "mixtures": mixtures,
    "by-label": by_label,
    "text": text,
}


def begun(name: str, settings: StudyConfig, device: torch.device) -> dict[str, Any]:
    """A study before its first run: what it is, and on what machine it is made."""
    return {"study": name, "settings": vars(settings), "hardware": environment(device, "fp32"), "runs": []}


def of_run(name: str, folder: Path, run: Run, settings: StudyConfig) -> dict[str, Any]:
    """What a study finds of a run, beside how that was trained."""
    started = time.monotonic()
    found = STUDIES[name](run, settings)
    seconds = round(time.monotonic() - started, 1)
    return {"run": folder.resolve().name, **training_of(run, folder), "found": found, "seconds": seconds}

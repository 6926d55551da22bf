"""What it brings that a training keeps its memory: a QRNN's step with glibc told so, and with glibc as it comes.

64 texts of 512, one layer of 320 units; each form in a process of its own, for none gives its memory back.
"""

import os
import statistics
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from typing import Any

import torch

from octavo.bench.qrnn import UNITS, training
from octavo.bench.timing import medians
from octavo.layers.qrnn import QRNN
from octavo.training.memory import keep_memory
from octavo.training.precision import resolve_precision

LENGTH, BATCH = 512, 64
FORMS = {"kept": "", "system": "system"}  # what OCTAVO_MALLOC says


def rows(device: torch.device) -> Iterator[dict[str, Any]]:
    """One row on a CPU, none elsewhere: milliseconds of a step in both forms, each the median of three processes."""
    if device.type != "cpu":
        return
    turns = [{form: _elsewhere(malloc) for form, malloc in FORMS.items()} for _ in range(3)]
    taken = {form: statistics.median(turn[form] for turn in turns) for form in FORMS}
    yield {
        "shape": f"{LENGTH} x {BATCH} x {UNITS}",
        **{f"{form}_ms": round(1e3 * seconds, 1) for form, seconds in taken.items()},
        "times_faster": round(taken["system"] / taken["kept"], 2),
    }


def step_seconds(threads: int) -> float:
    """The median of a training step in this process."""
    torch.set_num_threads(threads)
    keep_memory()
    device = torch.device("cpu")
    x_LBD = torch.randn(LENGTH, BATCH, UNITS)
    step = partial(training, QRNN(UNITS, UNITS), x_LBD, resolve_precision("auto", device))
    return medians({"step": step}, rounds=3, seconds=0.2)["step"]


def _elsewhere(malloc: str) -> float:
    command = f"from octavo.bench import allocator; print(allocator.step_seconds({torch.get_num_threads()}))"
    environment = {**os.environ, "OCTAVO_MALLOC": malloc}
    run = subprocess.run([sys.executable, "-c", command], check=True, capture_output=True, text=True, env=environment)
    return float(run.stdout)

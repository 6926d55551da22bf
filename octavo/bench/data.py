"""The input alone: how many tokens a second each kind of batches gives, beside what the fastest model trains on.

The manual of Python's language, in memory-mapped ids, as a training reads it.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import torch

from octavo.bench.timing import medians
from octavo.data.batching import Batches, BatchingConfig, DocumentsConfig, StreamConfig, WindowsConfig
from octavo.data.codecs import BytesConfig
from octavo.data.files import FilesConfig
from octavo.data.prepare import Data, DataConfig, prepare
from octavo.interfaces import Progress
from octavo.models import build_model
from octavo.recipes import recipe
from octavo.training.optimizers import build
from octavo.training.precision import autocast, resolve_precision

KINDS: dict[str, BatchingConfig] = {
    "stream": StreamConfig(batch=32, window=128),
    "windows": WindowsConfig(batch=32, window=128),
    "documents": DocumentsConfig(batch=32),
}
FASTEST = "qrnn-bytes"


def rows(device: torch.device) -> Iterator[dict[str, Any]]:
    """A row for each kind of batches, as times the fastest model's rate, and one for a training's first step."""
    model_rate = _model_rate(device)
    for name, batching in KINDS.items():
        rate = _rate(batching)
        yield {
            "what": f"batches of {name}",
            "tokens_per_s": round(rate),
            "times_the_model": round(rate / model_rate, 1),
        }
    yield {"what": f"training {FASTEST}", "tokens_per_s": round(model_rate)}
    yield {"what": "first step of a prepared corpus", "seconds": round(_first_step(device), 2)}
    imported = statistics.median(_importing_torch() for _ in range(3))
    yield {"what": "of these, importing torch", "seconds": round(imported, 2)}
    stream = cast(StreamConfig, recipe(FASTEST).data.batching)
    yield {"what": "of these, the step itself", "seconds": round(stream.batch * stream.window / model_rate, 2)}


def _prepared(batching: BatchingConfig) -> Data:
    unit = "paragraphs" if batching.kind == "documents" else "stream"
    return prepare(DataConfig(train="manual", files=FilesConfig(unit=unit), codec=BytesConfig(), batching=batching))


def _rate(batching: BatchingConfig) -> float:
    """Tokens a second of a hundred batches, one after the other."""
    data = _prepared(batching)
    batches = Batches(data.train, batching, data.codec.alphabet, seed=0)
    steps = min(100, batches.steps_per_epoch)
    tokens = sum(int(batches.batch(step).lengths_B.sum()) for step in range(steps))
    return tokens / medians({"batches": lambda: [batches.batch(step) for step in range(steps)]})["batches"]


def _model_rate(device: torch.device) -> float:
    """Tokens a second of a whole training step without its input."""
    chosen = recipe(FASTEST)
    data = _prepared(KINDS["stream"])
    batch = Batches(data.train, KINDS["stream"], data.codec.alphabet, seed=0).batch(0).map(lambda x: x.to(device))
    model = build_model(chosen.model, data.codec.alphabet).to(device)
    precision = resolve_precision("auto", device)
    optimizer = build(chosen.training.optimizer, model)

    def step() -> None:
        model.zero_grad()
        with autocast(device, precision):
            objective = model(batch, Progress()).objective
        objective.total.backward()
        optimizer.step()

    return batch.tokens_LB.numel() / medians({"step": step})["step"]


def _first_step(device: torch.device) -> float:
    """Seconds from a command's start until its first update stands in metrics.jsonl, the corpus being prepared."""
    with tempfile.TemporaryDirectory() as folder:
        taken = [_until_logged(Path(folder) / name, device) for name in ("prepares", "first", "second", "third")]
    return statistics.median(taken[1:])


def _until_logged(run: Path, device: torch.device) -> float:
    words = ["train", FASTEST, "--data", "manual", "--steps", "1", "--device", device.type, "--out", str(run)]
    command = [sys.executable, "-m", "octavo", *words, "--training.log_every", "1"]
    log = run / "metrics.jsonl"
    began = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as training:
        while not (log.exists() and log.stat().st_size):
            if training.poll():
                said = training.communicate()[1].splitlines()[-1:]
                raise RuntimeError(f"{' '.join(command)} ended with {training.returncode}: {' '.join(said)}")
            time.sleep(0.01)
        return time.perf_counter() - began


def _importing_torch() -> float:
    """Seconds in which a process imports torch and does nothing else: the floor of the former."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import torch"], check=True)
    return time.perf_counter() - began

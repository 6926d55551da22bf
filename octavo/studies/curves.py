"""How runs learnt: the points of their figures, and where that led on held-out texts like training's."""

import dataclasses
import math
from pathlib import Path
from typing import Any

from octavo import latents
from octavo.evaluation.likelihood import readable, sums
from octavo.evaluation.seen import Seen
from octavo.extent import scale_of
from octavo.figures.metrics import FREELY, STRETCHES, Line, Log, read_log
from octavo.record import training_of
from octavo.runs import Run
from octavo.studies.samples import StudyConfig, samples, stores
from octavo.texts import batches_of_ids


def curves(folder: Path, run: Run, settings: StudyConfig) -> dict[str, Any]:
    """Every figure of a run's log, and how many texts and tokens training had seen by then.

    Of a model that encodes, the same metrics of held-out texts too, after training: of stretches where it draws them.
    """
    log = read_log(folder / "metrics.jsonl")
    texts = getattr(run.recipe.data.batching, "batch", 0) * run.recipe.training.accumulate
    held_out = {}
    if hasattr(run.model, "encode"):
        settings = dataclasses.replace(settings, stretches=log.of == STRETCHES)
        held_out = {"step": training_of(run, folder)["best_step"], **_held_out(run, settings)}
    told = {"of": log.of, "unit": log.unit, "units": log.units, "clock": log.clock, "held_out": held_out}
    return {**told, "curve": [_point(log, line, texts) for line in log.lines]}


def _point(log: Log, line: Line, texts: int) -> Line:
    """A line of the log without what no figure needs: its seconds where they are those of training alone."""
    kept = {name: line[name] for name in ("step", "split", log.clock, *log.units) if name in line}
    trained = {"texts": line["step"] * texts} if texts else {}
    return {**kept, **trained, **({"seen": round(line["seen"])} if math.isfinite(line["seen"]) else {})}


def _held_out(run: Run, settings: StudyConfig) -> dict[str, float]:
    """The model's own metrics and its error: after true tokens where it goes token by token, then after its own."""
    ids = samples(run, settings)["test"]
    seen = Seen(batches_of_ids(run, ids), run.codec.alphabet.size)
    totals = sums(run.model, seen, run.device)
    figures = readable(totals, scale_of(seen, stores(run)["test"], run.codec))
    found = {"texts": len(ids), **{name: value for name, (value, _) in figures.items()}}
    if run.codec.alphabet.end is None:
        return found
    errors, error = latents.errors(run, ids, settings.num_beams), f"{run.codec.unit}_error"
    if latents.at_once(run):
        return {**found, "error": errors[error]}
    return {**found, "error": errors[f"{error}_teacher_forced"], FREELY: errors[error]}

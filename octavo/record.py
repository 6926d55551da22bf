"""A row of results: what was really measured, with all that it takes to measure it again."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from octavo.data.prepare import splits_of
from octavo.measuring import Measuring, evaluate
from octavo.models import build_model
from octavo.recipe import Recipe, fields
from octavo.recipes import RECIPES, recipe
from octavo.runs import Run, parameters, write_json


def row(
    run: Run, folder: Path, rows: int = 1, measuring: Measuring | None = None, splits: Sequence[str] | None = None
) -> dict[str, Any]:
    """What was trained, and its metrics on these splits, or on valid and test, where the data has them."""
    metrics = {split: _measured(run, split, rows, measuring) for split in splits or _splits(run)}
    return {**training_of(run, folder), "evaluation_rows": rows, "metrics": metrics}


def training_of(run: Run, folder: Path) -> dict[str, Any]:
    """The recipe, what was overridden in it, the data, the share trained, machine, time and commit."""
    position = json.loads(_last_state(folder).read_text("utf-8"))["position"]
    environment = dict(run.about.environment)
    return {
        "recipe": run.recipe.name,
        "paper": run.recipe.paper,
        "overrides": overrides(run.recipe),
        "changes": list(run.about.changes),
        "data": run.recipe.data.train,
        "parameters": sum(parameter.numel() for parameter in run.model.parameters()),
        **_only_in_training(run),
        "share_of_training": _share(run.recipe, position["step"], folder),
        "steps": position["step"],
        "best_step": position["best_step"],
        "wall_seconds": round(position["seconds"], 1),
        **_processor_seconds(position),
        "commit": environment.pop("commit", None),
        "hardware": environment,
    }


def _processor_seconds(position: dict[str, float]) -> dict[str, float]:
    """What a machine busy with other work too leaves as it is, of a training that counted it from its beginning."""
    counted = position.get("processor_seconds")
    return {"processor_seconds": round(counted, 1)} if counted else {}


def _only_in_training(run: Run) -> dict[str, int]:
    """How many parameters there were in training, where that was more."""
    with torch.device("meta"):
        model = build_model(run.recipe.model, run.codec.alphabet, len(run.about.label_names))
    training, inference = parameters(model)
    return {"training_parameters": training} if training > inference else {}


def record(
    run: Run,
    folder: Path,
    path: Path,
    rows: int = 1,
    measuring: Measuring | None = None,
    splits: Sequence[str] | None = None,
) -> dict[str, Any]:
    """Measure a run, by default on its valid and test splits, and write the row."""
    made = row(run, folder, rows, measuring, splits)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_json(path, made)
    return made


def overrides(trained: Recipe) -> dict[str, Any]:
    """The fields in which a run's recipe differs from the recipe of its name."""
    if trained.name not in RECIPES:
        return {}
    published = dict(fields(recipe(trained.name)))
    return {path: value for path, value in fields(trained) if path not in published or published[path] != value}


def _splits(run: Run) -> list[str]:
    """All but what it was trained on."""
    return [split for split in splits_of(run.recipe.data) if split != "train"]


def _measured(run: Run, split: str, rows: int, measuring: Measuring | None) -> dict[str, Any]:
    measured = evaluate(run, split, rows=rows, measuring=measuring)
    return {name: value for name, value in measured.items() if name not in ("recipe", "data", "split")}


def _share(trained: Recipe, step: int, folder: Path) -> float | None:
    """The epochs or steps made, as a share of the recipe's own."""
    published = recipe(trained.name).training if trained.name in RECIPES else trained.training
    if published.steps:
        return round(step / published.steps, 4)
    last = [json.loads(line) for line in (folder / "metrics.jsonl").read_text("utf-8").splitlines()][-1]
    return round(last["epoch"] / published.epochs, 4) if published.epochs else None


def _last_state(folder: Path) -> Path:
    states = sorted((folder / "checkpoints").glob("step-*/state.json"))
    if not states:
        raise ValueError(f"{folder} has no checkpoint: only a run that was trained here can be recorded")
    return states[-1]

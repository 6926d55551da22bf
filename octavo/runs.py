"""What a run's folder holds, and how it is written and read: no code, no pickle.

recipe.toml, codec.json and run.json say what was trained on what; metrics.jsonl how it went; checkpoints/ from where
it can go on; model.safetensors holds the best weights (or the last, where nothing was evaluated).
"""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save

from octavo import durable
from octavo.data.codecs import Codec, codec_from_json
from octavo.evaluation.likelihood import Scale
from octavo.interfaces import TextModel
from octavo.models import build_model
from octavo.recipe import Recipe, from_toml, to_toml
from octavo.spelling import meant, nearest
from octavo.training.checkpoint import Damaged
from octavo.training.state import Tensors, restore_model

WEIGHTS = "model.safetensors"
MANY = 12  # runs: more are not listed

T = TypeVar("T")


@dataclass(frozen=True)
class About:
    """What a model must know of its data beyond recipe and codec, where it was trained, and what changed on the way.

    `lengths` counts training's documents, cut as they were read: at k those of up to 2^k tokens, and more than half.
    """

    scale: Scale
    label_names: tuple[str, ...] = ()
    environment: dict[str, Any] = field(default_factory=dict)
    changes: tuple[dict[str, Any], ...] = ()
    lengths: tuple[int, ...] = ()


@dataclass(frozen=True)
class Run:
    """A trained model with all that gives its figures a meaning."""

    recipe: Recipe
    codec: Codec
    about: About
    model: TextModel
    device: torch.device


def describe(folder: Path, recipe: Recipe, codec: Codec, about: About) -> None:
    """Write what a run is, before its first step."""
    folder.mkdir(parents=True, exist_ok=True)
    write_text(folder / "recipe.toml", to_toml(recipe))
    write_json(folder / "codec.json", codec.to_json())
    write_json(folder / "run.json", {**asdict(about), "scale": about.scale._asdict()})


def withdraw(folder: Path) -> None:
    """Take back what a run was said to be, of one that was refused in its first step."""
    if not (folder / "recipe.toml").exists():
        return
    for name in ("recipe.toml", "codec.json", "run.json", "metrics.jsonl"):
        (folder / name).unlink(missing_ok=True)
    with suppress(OSError):  # what else is there stays
        folder.rmdir()


def stored_recipe(folder: Path) -> Recipe:
    """The recipe a run was started with."""
    return _read(folder, "recipe.toml", lambda path: from_toml(path.read_text("utf-8")))


def stored_codec(folder: Path) -> Codec:
    """The codec a run was started with."""
    return _read(folder, "codec.json", lambda path: codec_from_json(json.loads(path.read_bytes())))


def stored_about(folder: Path) -> About:
    """What else was known of the data."""

    def about(path: Path) -> About:
        facts = json.loads(path.read_bytes())
        changes, lengths = tuple(facts.get("changes", ())), tuple(facts.get("lengths", ()))
        return About(Scale(**facts["scale"]), tuple(facts["label_names"]), facts["environment"], changes, lengths)

    return _read(folder, "run.json", about)


def stored_weights(folder: Path) -> Tensors:
    """The run's best weights, by name."""
    return _read(folder, WEIGHTS, load_file)


def load_run(folder: Path, device: torch.device) -> Run:
    """The run's best model, in evaluation mode."""
    recipe, codec, about = stored_recipe(folder), stored_codec(folder), stored_about(folder)
    model = finished(build_model(recipe.model, codec.alphabet, len(about.label_names)))
    restore_model(model, stored_weights(folder))
    return Run(recipe, codec, about, model.to(device).eval(), device)


def finished(model: TextModel) -> TextModel:
    """The model without what only training needs."""
    for name in model.training_only:
        setattr(model, name, None)
    return model


def of_finished(model: TextModel, weights: Tensors) -> Tensors:
    """Of a model's weights by name, those that it needs once it is trained."""
    return {name: weight for name, weight in weights.items() if name.partition(".")[0] not in model.training_only}


def parameters(model: TextModel) -> tuple[int, int]:
    """How many a model has in training, and once it is trained."""
    sizes = {name: weight.numel() for name, weight in model.named_parameters()}
    needed = [size for name, size in sizes.items() if name.partition(".")[0] not in model.training_only]
    return sum(sizes.values()), sum(needed)


def save_weights(weights: Tensors, path: Path) -> None:
    """Weights as safetensors, written whole or not at all."""
    durable.write(path, save(weights))


def write_json(path: Path, facts: Any) -> None:
    write_text(path, json.dumps(facts, indent=1, ensure_ascii=False) + "\n")


def write_text(path: Path, text: str) -> None:
    durable.write(path, text.encode())


def _read(folder: Path, name: str, parse: Callable[[Path], T]) -> T:
    """What a run's file says; whatever is wrong with it is said with the file's name."""
    path = _existing(folder, name)
    try:
        return parse(path)
    except (ValueError, KeyError, TypeError, SafetensorError) as error:
        raise Damaged(f"{path} is not what was written there: {error}") from None


def _existing(folder: Path, name: str) -> Path:
    path = folder / name
    if path.exists():
        return path
    if folder.is_dir():
        raise ValueError(f"{folder} is no finished run: it has no {name}")
    near = folder.parent if folder.parent.is_dir() else Path()
    around = [str(other.parent) for depth in ("*", "*/*") for other in sorted(near.glob(f"{depth}/recipe.toml"))]
    hint = nearest(str(folder), around) if len(around) < MANY else meant(str(folder), around)
    raise ValueError(f"no run {folder}: {hint if around and hint else 'octavo train makes one'}")

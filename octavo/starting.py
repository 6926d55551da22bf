"""What a training starts from beside chance: word vectors, another run's reader. Shapes: V words, E features."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from octavo.data.codecs import Codec, Words
from octavo.data.vectors import read_vectors
from octavo.interfaces import TextModel
from octavo.recipe import Recipe
from octavo.runs import stored_about, stored_codec, stored_recipe, stored_weights
from octavo.training.state import Tensors

Say = Callable[[str], None]

# Settings of readers that shape no weight and decide what it does, and what they are of a writer.
MEANINGS = ("backwards", "causal", "pool", "signed")
OF_WRITERS = {"backwards": False, "causal": True}


def start_from_vectors(recipe: Recipe, codec: Codec, model: Any, say: Say) -> None:
    """Where the reader names a file of word vectors: those of its words; the others keep their random start."""
    path = getattr(getattr(recipe.model, "reader", None), "vectors", None)
    if path is None:
        return
    if not isinstance(codec, Words):
        raise ValueError(f"{path}: vectors are of words, the text is in {codec.name}: set data.codec.kind to words")
    weight_VE: Tensor = model.reader.embedding.weight
    places_N, rows_NE = read_vectors(path, codec.words, weight_VE.shape[1])
    weight_VE.data[places_N] = torch.from_numpy(rows_NE).to(weight_VE)
    say(f"vectors: {len(places_N):,} of {len(codec.words):,} words are in {path}; the others start at random")


@torch.no_grad()
def start_from_reader(recipe: Recipe, model: TextModel, folder: Path, codec: Codec, say: Say) -> None:
    """All weights of another run's reader and, where they fit as a whole, of the Gaussian made of its summary.

    A language model has no reader: its writer's weights are taken for one's that reads forwards (Dai & Le 2015). The
    writer starts anew.
    """
    if stored_codec(folder).to_json() != codec.to_json():
        raise ValueError(
            f"{folder} was trained with another codec, whose ids stand for other text: train it on the same text, with "
            "the same data.codec"
        )
    found, own = _as_reader(stored_weights(folder)), model.state_dict()
    reader, head = ([name for name in own if name.startswith(part)] for part in ("reader.", "head."))
    if not reader:
        raise ValueError(f"--init-reader {folder}: a {recipe.model.kind} has no reader to begin: leave the option out")
    for name in reader:
        if not _fits(name, own, found):
            raise ValueError(_misfit(name, own, found, recipe, folder))
    _refuse_other_meanings(recipe, folder)
    fitting = reader + (head if all(_fits(name, own, found) for name in head) else [])
    for name in fitting:
        own[name].copy_(found[name])
    left = [name for name in head if name not in fitting]
    say(f"reader: {len(fitting)} weights from {folder}" + (f"; at random {', '.join(left)}" if left else ""))


def refuse_other_start(folder: Path, reader_of: Path) -> None:
    """A run that goes on keeps the reader that it began with: that can be named again, even when it is gone."""
    began = [Path(change["after"]).name for change in stored_about(folder).changes if change["field"] == "reader"]
    if began != [reader_of.name]:
        there = f"from {began[0]}" if began else "at random"
        raise ValueError(
            f"--init-reader {reader_of}: the reader of {folder} began {there}, and a run that goes on keeps it: leave "
            "the option out, or train anew, with another --out"
        )


def _fits(name: str, own: Tensors, found: Tensors) -> bool:
    return name in found and found[name].shape == own[name].shape


def _refuse_other_meanings(recipe: Recipe, folder: Path) -> None:
    """Weights that fit, and that learned to do something else than they would here."""
    here: Any = getattr(recipe.model, "reader", None)
    reader = getattr(stored_recipe(folder).model, "reader", None)
    part, theirs = ("writer", OF_WRITERS) if reader is None else ("reader", vars(reader))
    for name in MEANINGS:
        if hasattr(here, name) and getattr(here, name) != theirs[name]:
            raise ValueError(
                f"--init-reader {folder}: model.reader.{name} is {getattr(here, name)}, that run's {part} learned with "
                f"{theirs[name]}: set model.reader.{name} {theirs[name]}, or name another run"
            )


def _misfit(name: str, own: Tensors, found: Tensors, recipe: Recipe, folder: Path) -> str:
    """Which weight of the reader does not fit, and what to set so that it would."""
    here, there = getattr(recipe.model, "reader", None), stored_recipe(folder).model
    part = getattr(there, "reader", None) or getattr(there, "writer", None)
    line = f"--init-reader {folder}: {name} is {[*own[name].shape]} here"
    line += f" and {[*found[name].shape]} there" if name in found else " and not there"
    if here is None or part is None or part.kind != here.kind:
        kinds = getattr(here, "kind", "none"), getattr(part, "kind", "none")
        return f"{line}: the reader is of kind {kinds[0]}, that run's of kind {kinds[1]}: name a run of the same kind"
    # Shares, of dropout say, shape nothing.
    theirs = {key: value for key, value in vars(part).items() if not isinstance(value, float) and hasattr(here, key)}
    settings = [f"model.reader.{key} {value}" for key, value in theirs.items() if getattr(here, key) != value]
    return f"{line}: set {', '.join(settings) or 'model.reader as there'}, or name another run"


def _as_reader(weights: Tensors) -> Tensors:
    """Weights by the names that a reader gives them."""
    if any(name.startswith("reader.") for name in weights):
        return weights
    return {f"reader.{name.removeprefix('writer.')}": weight for name, weight in weights.items()}

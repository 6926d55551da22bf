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
from octavo.runs import stored_codec, stored_weights
from octavo.training.state import Tensors

Say = Callable[[str], None]


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
def start_from_reader(model: TextModel, folder: Path, codec: Codec, say: Say) -> None:
    """What matches, in name and shape, of another run's reader and of the Gaussian made of its summary.

    A language model has no reader: its writer's weights are taken for one's (Dai & Le 2015). The writer starts anew.
    """
    if stored_codec(folder).to_json() != codec.to_json():
        raise ValueError(f"{folder} was trained with another codec: its ids stand for other text")
    found = _as_reader(stored_weights(folder))
    own = {name: weight for name, weight in model.state_dict().items() if name.startswith(("reader.", "head."))}
    fitting = [name for name, weight in own.items() if name in found and found[name].shape == weight.shape]
    if not any(name.startswith("reader.") for name in fitting):
        theirs = ", ".join(f"{name} {list(weight.shape)}" for name, weight in sorted(found.items())[:3])
        raise ValueError(f"nothing of {folder} fits this model's reader; it has {theirs or 'no reader'}, …")
    for name in fitting:
        own[name].copy_(found[name])
    left = [name for name in own if name not in fitting]
    say(f"reader: {len(fitting)} weights from {folder}" + (f"; at random {', '.join(left)}" if left else ""))


def _as_reader(weights: Tensors) -> Tensors:
    """Weights by the names that a reader gives them."""
    if any(name.startswith("reader.") for name in weights):
        return weights
    return {f"reader.{name.removeprefix('writer.')}": weight for name, weight in weights.items()}

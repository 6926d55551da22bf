"""A row of results: what its reader began from, what writes, and what a text costs."""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from octavo.recipe import fields, override
from octavo.recipes import recipe
from octavo.recipes.dilated_vae import DILATIONS
from octavo.writers.dilated import DilatedWriterConfig

SIZES = {DILATIONS[size]: f"{size}cnn".upper() for size in ("s", "m", "l", "vl")}


def read_row(path: Path) -> dict[str, Any]:
    """What `octavo evaluate RUN --record FILE` wrote."""
    try:
        row = json.loads(path.read_text("utf-8"))
        if row["metrics"]:
            return row
    except (ValueError, KeyError, TypeError):
        pass
    raise ValueError(f"{path} is no row of results: octavo evaluate RUN --record FILE writes one")


def reader_of(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """What its reader began from: the name of a run and the recipe of that, or nothing."""
    return next((one for one in row.get("changes", ()) if one["field"] == "reader"), {})


def kinds_of(row: Mapping[str, Any]) -> tuple[str, str]:
    """The recipe's kind and that of the one that its reader began from, if any, their corpora aside.

    >>> kinds_of({"recipe": "scnn-vae-ptb", "changes": [{"field": "reader", "recipe": "lstm-lm-20news"}]})
    ('scnn-vae', 'lstm-lm')
    """
    return kind_of(row["recipe"]), kind_of(reader_of(row).get("recipe", ""))


def kind_of(recipe: str) -> str:
    """A recipe's name without the corpus, which it ends in."""
    return recipe.rpartition("-")[0]


def decoder_of(row: Mapping[str, Any]) -> str:
    """What Yang et al. (2017) call a row's writer, or how many words it sees; nothing where it writes none.

    >>> decoder_of({"recipe": "scnn-vae-ptb", "overrides": {"model.writer.dilations": [1, 2]}})
    'CNN of 7 words'
    """
    own = dict(fields(override(recipe(row["recipe"]), row["overrides"])))
    if "model.writer.dilations" not in own:
        return own.get("model.writer.kind", "").upper()
    dilations, window = tuple(own["model.writer.dilations"]), own["model.writer.window"]
    named = SIZES.get(dilations) if window == DilatedWriterConfig().window else None
    return named or f"CNN of {1 + (window - 1) * sum(dilations)} words"


def texts_of(measures: Mapping[str, Any]) -> int | None:
    """How many texts a split has, of which a VAE tells both its whole cost and a text's."""
    if not {"reconstruction", "kl", "bits_per_byte"} <= measures.keys():
        return None
    a_text = measures["reconstruction"] + measures["kl"] + measures.get("label_kl", 0.0)
    return round(_nats(measures) / a_text)


def nats_a_text(measures: Mapping[str, Any], texts: int) -> float:
    """What a text costs, of a VAE by its bound."""
    return _nats(measures) / texts


def _nats(measures: Mapping[str, Any]) -> float:
    return measures["bits_per_byte"] * math.log(2) * measures.get("bytes_measured", measures["bytes"])

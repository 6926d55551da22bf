"""A row of results, and what its reader began from."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any


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

"""Small tables of texts: one with labels and another side, that any recipe can be trained on, and one of pairs."""

import random
from itertools import islice
from pathlib import Path
from typing import Any

from octavo.data.toys import document
from octavo.recipe import Recipe, override

WORDS = ("the", "cat", "sat", "on", "a", "mat", "while", "rain", "fell", "över", "old", "towns", "and", "雨")


def write_table(folder: Path, rows: int = 300) -> Path:
    """Rows of a few words each; the label is whether there are many, the other side the words turned around."""
    chance = random.Random(0)
    texts = [[chance.choice(WORDS) for _ in range(chance.randint(2, 7))] for _ in range(rows)]
    lines = [f"{' '.join(text)}\t{'long' if len(text) > 4 else 'short'}\t{' '.join(reversed(text))}" for text in texts]
    path = folder / "texts.tsv"
    path.write_text("\n".join(["text\tlabel\tother", *lines, ""]), "utf-8")
    return path


def on_table(recipe: Recipe, path: Path) -> Recipe:
    """The recipe with this table for its data, in the unit that its batches need."""
    kind = recipe.data.batching.kind
    changes: dict[str, Any] = {
        "train": str(path),
        "valid": None,
        "test": None,
        "files.unit": "stream" if kind in ("stream", "windows") else "documents",
        "files.format": "auto",
        "files.text": "text",
        "files.label": "label" if kind == "documents" else None,
        "files.other": "other" if kind == "pairs" else None,
        "files.header": True,
    }
    return override(recipe, {f"data.{name}": value for name, value in changes.items()})


def write_pairs(folder: Path, rows: int = 400) -> Path:
    """Toy sentences in Latin script beside the same in Chinese: a task that a minute model learns in a few seconds."""
    toys = (document(index, scripts=("latin",)) for index in range(100 * rows))
    short = islice((toy for toy in toys if len(toy.sentences) == 1), rows)
    path = folder / "pairs.tsv"
    path.write_text("text\tother\n" + "".join(f"{toy.text}\t{toy.translation('chinese')}\n" for toy in short), "utf-8")
    return path

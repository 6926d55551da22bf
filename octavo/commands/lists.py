"""Verbs about runs and recipes as a whole: recipes, figure, export."""

import argparse
from pathlib import Path

from octavo.commands.output import file_of, folder_of, print_rows
from octavo.spelling import nearest

PICTURES = (".png", ".pdf", ".svg")


def recipes(options: argparse.Namespace) -> None:
    """Names, what each is, and where its figures stand."""
    from octavo.recipes import RECIPES

    known = [make() for make in RECIPES.values()]
    width = max(len(recipe.name) for recipe in known)
    for recipe in known:
        row = {"name": recipe.name, "about": recipe.about, "paper": recipe.paper}
        if options.json:
            print_rows([row], True)
        else:
            print(f"{recipe.name:<{width}}  {recipe.about}  [{recipe.paper}]")


def figure(options: argparse.Namespace) -> None:
    """Draw one figure from what runs have logged, or from a file of JSON."""
    from octavo.figures import FIGURES

    out = _picture(options.out)
    if options.name not in FIGURES:
        raise ValueError(f"no figure {options.name!r}: {nearest(options.name, FIGURES)}")
    paths = [Path(run) / "metrics.jsonl" if not Path(run).is_file() else Path(run) for run in options.runs]
    for path in paths:
        if not path.parent.exists():
            raise ValueError(f"{path.parent}: no such file or run")
        if not path.is_file():
            raise ValueError(f"{path.parent} is no run: it has no metrics.jsonl")
    FIGURES[options.name](paths, out)
    print(options.out)


def _picture(path: str) -> Path:
    """A file of a kind that can be drawn."""
    suffix = Path(path).suffix.lower()
    if suffix not in PICTURES:
        raise ValueError(f"--out {path}: no picture has the suffix {suffix!r}: choose from {', '.join(PICTURES)}")
    return file_of(path)


def export(options: argparse.Namespace) -> None:
    """Write what `octavo.load` and `from_pretrained` read."""
    from octavo.pretrained import load

    folder = folder_of(options.out)
    if (folder / "checkpoints").exists() or (
        (folder / "recipe.toml").exists() and not (folder / "config.json").exists()
    ):
        raise ValueError(f"--out {folder} holds a run: export into another folder")
    load(options.run_folder, options.device).save_pretrained(folder)
    print(folder)

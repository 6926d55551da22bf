"""`octavo train`."""

import argparse
import json
import sys
import tomllib
from pathlib import Path
from typing import Any

from octavo import distributed
from octavo.commands.arguments import Overrides
from octavo.commands.output import folder_of
from octavo.data import corpora
from octavo.experiment import Machine
from octavo.experiment import train as run_training
from octavo.recipe import Recipe, differences, flatten, override, tiny, to_toml
from octavo.recipes import recipe
from octavo.recipes.transformer import left_out
from octavo.runs import stored_about, stored_recipe
from octavo.training.limits import seconds
from octavo.training.precision import Precision

# How a training estimates the model, and no part of what it is: few ids in the softmax first, all of them at the end.
ESTIMATES = ("model.writer.sampled",)


def train(options: argparse.Namespace, overrides: Overrides) -> None:
    """Resolve the recipe: its own fields, then --config, then the command line; then train it."""
    if options.out == "":
        raise ValueError("--out has no name: give a folder, or leave it out")
    folder = Path(options.out or f"runs/{options.recipe}")
    resumes = options.resume and (folder / "recipe.toml").exists()
    changes = {**_from_file(options.config), **_shorthands(options), **overrides}
    published = recipe(options.recipe)
    before = stored_recipe(folder) if resumes else published
    chosen = override(override(before, left_out(published, options.ablate)), changes)
    if resumes:
        _check_changes(before, chosen)
    if options.tiny and not resumes:
        chosen = override(_on_what_is_here(tiny(chosen)), changes)  # what is asked for in so many words is not shrunk
    if options.print_config:
        print(to_toml(chosen), end="")
        return
    _check_folder(folder, chosen, options)
    machine = Machine(
        device=options.device,
        precision=_precision(options, folder) if resumes else options.precision,
        deterministic=options.deterministic,
        shard=options.shard,
        compile=options.compile,
        threads=options.threads,
        tensorboard=options.tensorboard,
    )
    reader_of = Path(options.init_reader) if options.init_reader else None
    run_training(chosen, folder, machine, resume=options.resume, reader_of=reader_of, say=_say)


def _on_what_is_here(chosen: Recipe) -> Recipe:
    """The recipe on a corpus that comes with the program, where its own would have to be fetched first."""
    named = [source for source in (chosen.data.train, chosen.data.valid, chosen.data.test) if source is not None]
    if not any(map(corpora.is_missing, named)):
        return chosen
    labelled = "label" in chosen.model.kind or chosen.model.kind == "classifier"
    there = corpora.stand_in(chosen.data.batching.kind, labelled)
    _say(f"{chosen.data.train} is not at hand: {there}, which comes with the program, stands in for it")
    return override(chosen, {"data.train": there, "data.valid": None, "data.test": None})


def _precision(options: argparse.Namespace, folder: Path) -> Precision:
    """A run goes on in the precision it was begun in, unless another is asked for."""
    begun = stored_about(folder).environment.get("precision", "auto") if (folder / "run.json").exists() else "auto"
    if options.precision in ("auto", begun):
        return begun
    _say(f"precision: {begun} until now, {options.precision} from here on")
    return options.precision


def _say(line: str) -> None:
    if distributed.is_first():
        print(line, file=sys.stderr, flush=True)


def _check_folder(folder: Path, chosen: Recipe, options: argparse.Namespace) -> None:
    folder_of(str(folder))
    if not options.resume and any((folder / name).exists() for name in ("recipe.toml", "checkpoints")):
        raise ValueError(f"{folder} holds a run already: --resume goes on with it, --out names another folder")
    if options.resume and chosen.name != options.recipe:
        raise ValueError(f"{folder} is a run of {chosen.name}, not of {options.recipe}")


def _check_changes(before: Recipe, chosen: Recipe) -> None:
    """Say what a run goes on with that it did not begin with, and refuse another model, codec or rows."""
    rows = ("data.batching.batch",) if before.data.batching.kind == "stream" else ()  # each has a state of its own
    fixed = ("model.", "data.codec.", *rows)
    for path, (old, new) in differences(before, chosen).items():
        if path.startswith(fixed) and path not in ESTIMATES:
            raise ValueError(
                f"{path} cannot change from {old} to {new} when a run goes on: train anew, with another --out"
            )
        _say(f"{path}: {old} until now, {new} from here on")


def _shorthands(options: argparse.Namespace) -> dict[str, Any]:
    given = {
        "data.train": _quoted(options.data),
        "data.valid": _quoted(options.valid),
        "data.test": _quoted(options.test),
        "data.codec.errors": options.errors,
        "model.reader.vectors": _quoted(options.vectors),
        "training.steps": options.steps,
        "training.seed": options.seed,
        "training.time_limit": seconds(options.time_limit) if options.time_limit else None,
    }
    return {path: value for path, value in given.items() if value is not None}


def _quoted(source: str | None) -> str | None:
    """A file's name as text, whatever it looks like: a file may be called 2024."""
    return None if source is None else json.dumps(source)


def _from_file(path: str | None) -> dict[str, Any]:
    if path is None:
        return {}
    try:
        return flatten(tomllib.loads(Path(path).read_text("utf-8")))
    except OSError as error:
        raise ValueError(f"--config {path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"--config {path}: {error}") from None

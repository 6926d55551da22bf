"""Where the parts meet: a recipe becomes a run."""

import dataclasses
import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import torch

from octavo import distributed
from octavo.config import config
from octavo.data.batching import Batches
from octavo.data.codecs import Codec
from octavo.data.mutation import each_to_be_mended
from octavo.data.prepare import Data, DataConfig, prepare
from octavo.data.progress import bytes_bar
from octavo.data.samples import histogram
from octavo.data.store import Store
from octavo.environment import environment
from octavo.evaluation.latent import collapse, latent_sums
from octavo.evaluation.likelihood import Sums, readable, sums
from octavo.evaluation.seen import Seen
from octavo.extent import first_tokens, scale, scale_of, some_texts
from octavo.interfaces import Batch, Progress, TextModel
from octavo.layers.levels import padded_length
from octavo.layers.recursion import SharedConfig
from octavo.models import build_model
from octavo.models.told import posterior_of
from octavo.recipe import Recipe, differences, fields
from octavo.runs import (
    WEIGHTS,
    About,
    describe,
    of_finished,
    parameters,
    save_weights,
    stored_about,
    stored_codec,
    stored_recipe,
    withdraw,
)
from octavo.schedules import Ramp
from octavo.starting import Say, refuse_other_start, start_from_reader, start_from_vectors
from octavo.training import checkpoint
from octavo.training.compiling import compile_parts
from octavo.training.interruption import Interrupted
from octavo.training.memory import keep_memory
from octavo.training.precision import Device, Precision, Resolved, autocast, resolve_device, resolve_precision
from octavo.training.runlog import RunLog
from octavo.training.state import flatten_model
from octavo.training.trainer import Position, Trainer


@config
class Machine:
    """Where a training runs: not part of the recipe, since its result should not depend on it."""

    device: Device = "auto"
    precision: Precision = "auto"
    deterministic: bool = False
    shard: bool = False
    compile: bool = False
    threads: int | None = None
    tensorboard: bool = False


LOOKED_AT = 500  # texts on which an evaluation during training looks at what a latent variable holds


def train(
    recipe: Recipe,
    folder: Path,
    machine: Machine | None = None,
    *,
    resume: bool = False,
    reader_of: Path | None = None,
    say: Say = print,
) -> Position:
    """Train into a folder; go on from its newest good checkpoint if asked to, or start from another run's reader."""
    machine = machine or Machine()
    _refuse_too_long(recipe)
    device, precision = _start(machine)
    fresh = not (folder / "recipe.toml").exists()
    try:
        begun = resume and any((folder / "checkpoints").glob("step-*"))
        if reader_of is not None:  # what is wrong with it is told before the data is prepared
            refuse_other_start(folder, reader_of) if begun else stored_recipe(reader_of)
        data = _prepared(recipe.data, stored_codec(folder) if resume and (folder / "codec.json").exists() else None)
        torch.manual_seed(recipe.training.seed)
        plain = build_model(recipe.model, data.codec.alphabet, len(data.train.label_names)).to(device)
        _refuse_unable(recipe, plain, data)
        _say_data(data, plain, say)
        if not begun:
            start_from_vectors(recipe, data.codec, plain, say)
            if reader_of is not None:
                start_from_reader(recipe, plain, reader_of, data.codec, say)
        trainer = _trainer(recipe, folder, machine, data, plain, device, precision)
        if resume:
            _go_on(trainer, folder, say)
            _forget_best(trainer, folder, recipe)
        # Only now that nothing can be wrong with it any more is the run said to be this recipe's.
        if distributed.is_first() and not trainer.done():
            changes = _changes(folder, recipe, trainer.position.step, reader_of)
            longest = getattr(recipe.data.batching, "longest", None)
            about = _about(data, longest, device, precision, changes)
            describe(folder, recipe, data.codec, about)
        _say_unreached(recipe, trainer, say)
        return _run(trainer, folder, machine, say)
    except ValueError:
        if distributed.is_first() and fresh and not any((folder / "checkpoints").glob("step-*")):
            withdraw(folder)
        raise
    finally:
        distributed.stop()


def _start(machine: Machine) -> tuple[torch.device, Resolved]:
    keep_memory()
    if machine.threads:
        torch.set_num_threads(machine.threads)
    # And not torch.use_deterministic_algorithms, which imports the compiler to tell it too.
    torch.set_deterministic_debug_mode("error" if machine.deterministic else "default")
    device = resolve_device(machine.device)
    distributed.start(device)
    return device, resolve_precision(machine.precision, device)


def _refuse_unable(recipe: Recipe, plain: TextModel, data: Data) -> None:
    """What a recipe asks of a model that cannot do it, or of texts that do not tell."""
    kind = recipe.model.kind
    if recipe.data.mutate and not hasattr(plain, "encode"):
        raise ValueError(f"data.mutate is for models that read what they write: {kind} is none of them")
    if recipe.training.judged_by == "accuracy" and not hasattr(plain, "classify"):
        raise ValueError(f"training.judged_by accuracy: {kind} tells no labels; objective is of every model")
    if recipe.training.judged_by == "accuracy" and data.valid is not None:
        looked_at = _looked_at(data.valid, recipe, data.codec, plain)
        if not any(batch.labels_B is not None and bool((batch.labels_B >= 0).any()) for batch in looked_at):
            raise ValueError(
                "training.judged_by accuracy: no text of validation that is looked at has a label: set it to "
                "objective, or --valid to texts with labels"
            )


def _refuse_too_long(recipe: Recipe) -> None:
    """Texts of training that static levels cannot hold, before anything is prepared."""
    for side in ("reader", "writer"):
        part: Any = getattr(recipe.model, side, None)
        longest = getattr(recipe.data.batching, "longest", None)
        levels = getattr(part, "levels", SharedConfig())
        if levels.kind == "static" and longest and longest > padded_length(levels.longest, part.positions):
            raise ValueError(
                f"data.batching.longest {longest}: model.{side}.levels are static and hold {levels.longest} tokens: "
                f"raise model.{side}.levels.longest"
            )


def _prepared(data: DataConfig, codec: Codec | None) -> Data:
    """Rank 0 encodes; the others find what it left."""
    if not distributed.is_first():
        distributed.barrier()
    with bytes_bar(f"preparing {data.train}") as on_bytes:
        prepared = prepare(data, codec=codec, on_bytes=on_bytes)
    if distributed.is_first():
        distributed.barrier()
    return prepared


def _go_on(trainer: Trainer, folder: Path, say: Say) -> None:
    """Take up the newest good checkpoint; that there is none is fine, that none of those there is good is not."""
    root = folder / "checkpoints"
    newest = checkpoint.newest(root, say)
    if newest:
        trainer.restore(newest)
        say(f"resumed {newest}")
    elif any(root.glob("step-*")):
        raise RuntimeError(f"no checkpoint in {root} is whole: put back a copy of one, or remove {root} to begin anew")


def _forget_best(trainer: Trainer, folder: Path, recipe: Recipe) -> None:
    """What was best on one text, or by one measure, says nothing of another: such a run begins to choose anew."""
    changed = differences(stored_recipe(folder), recipe) if trainer.position.step else {}
    if "training.judged_by" in changed or any(
        path.startswith("data.") and path != "data.batching.batch" for path in changed
    ):
        trainer.position.best, trainer.position.evaluations_since_best = math.inf, 0


def _say_unreached(recipe: Recipe, trainer: Trainer, say: Say) -> None:
    """A weight of the loss that is still rising when the training ends; under a time limit alone nobody can know."""
    if trainer.total is None:
        return
    end = Progress(trainer.total, trainer.total / trainer.steps_per_epoch, 1.0)
    for field in dataclasses.fields(recipe.model):
        ramp = getattr(recipe.model, field.name)
        if isinstance(ramp, Ramp) and end.measured_in(ramp.unit) < ramp.until:
            reached = f"ends after {end.measured_in(ramp.unit):,.4g} {ramp.unit}, at {ramp(end):.3g}"
            say(f"model.{field.name} goes to {ramp.end:g} in {ramp.until:,g} {ramp.unit}, but training {reached}")


def _run(trainer: Trainer, folder: Path, machine: Machine, say: Say) -> Position:
    position = trainer.position
    if trainer.done():
        say(f"{folder} is finished, with {position.step:,} steps; to train on, raise what ended it, such as --steps")
        return position
    try:
        with RunLog(folder, trainer.total, position.step, tensorboard=machine.tensorboard) as log:
            trainer.run(log)
    except Interrupted as stop:
        say(f"stopped by {stop.name} after {position.step:,} steps: --resume goes on with {folder}")
        raise
    best = f", best at step {position.best_step:,}" if position.best_step else ""
    say(f"done: {position.step:,} steps in {position.seconds:,.0f} s{best}; the run is {folder}")
    return position


def _about(
    data: Data, longest: int | None, device: torch.device, precision: Resolved, changes: tuple[dict[str, Any], ...]
) -> About:
    train = data.train
    lengths = () if data.codec.alphabet.end is None else histogram(train, longest)
    return About(scale(train, data.codec), train.label_names, environment(device, precision), changes, lengths)


def _changes(folder: Path, recipe: Recipe, step: int, reader_of: Path | None) -> tuple[dict[str, Any], ...]:
    """What is not as its recipe says, and since which step: changes of a run, or what its reader began from."""
    if not step or not (folder / "run.json").exists():
        if reader_of is None:
            return ()
        begun = {"after": reader_of.name, "recipe": stored_recipe(reader_of).name}
        return ({"step": 0, "field": "reader", "before": "at random", **begun},)
    changed = differences(stored_recipe(folder), recipe)
    new = tuple({"step": step, "field": path, "before": old, "after": now} for path, (old, now) in changed.items())
    return stored_about(folder).changes + new


def _trainer(
    recipe: Recipe,
    folder: Path,
    machine: Machine,
    data: Data,
    plain: Any,
    device: torch.device,
    precision: Resolved,
) -> Trainer:
    training = recipe.training
    valid = data.valid

    def evaluated() -> Sums:
        assert valid is not None
        batches = _looked_at(valid, recipe, data.codec, plain)
        mended = each_to_be_mended(batches, data.codec.alphabet, mutate, training.seed)
        seen = Seen(mended, data.codec.alphabet.size)
        with autocast(device, precision):
            totals = sums(plain, seen, device, trainer.progress())
            if "valid" not in scales:  # every evaluation measures the same tokens
                scales["valid"] = scale_of(seen, valid, data.codec)
            if posterior := posterior_of(plain):
                some = some_texts(valid, recipe.data, data.codec, plain, training.evaluate_rows, LOOKED_AT)
                totals |= latent_sums(posterior, some, device)
        return totals

    def remarks(totals: Sums) -> list[str]:
        if not hasattr(plain, "kl_weight"):
            return []
        return collapse(totals, plain.kl_weight(trainer.progress()), dict(fields(recipe)))

    def keep_best() -> None:
        weights = flatten_model(plain)
        if distributed.is_first():
            save_weights(of_finished(plain, weights), folder / WEIGHTS)

    scales = {"train": scale(data.train, data.codec)}
    batching, mutate = recipe.data.batching, recipe.data.mutate
    batches = Batches(data.train, batching, data.codec.alphabet, training.seed, mutate, data.codec.inside)
    if machine.compile:
        compile_parts(plain, graphs=_may_be_recorded(recipe, device, machine))
    trainer = Trainer(
        model=distributed.shard(plain) if machine.shard else distributed.wrap(plain),
        batches=batches,
        config=training,
        folder=folder,
        device=device,
        precision=precision,
        readable=lambda totals, split: readable(totals, scales[split]),
        evaluate=evaluated if valid is not None else None,
        keep_best=keep_best,
        remarks=remarks,
    )
    return trainer


def _looked_at(valid: Store, recipe: Recipe, codec: Codec, plain: TextModel) -> Iterable[Batch]:
    """What of validation an evaluation during training measures."""
    training = recipe.training
    return first_tokens(valid, recipe.data, codec, plain, training.evaluate_rows, training.evaluate_tokens)


def _may_be_recorded(recipe: Recipe, device: torch.device, machine: Machine) -> bool:
    """Whether updates can be CUDA graphs: of batches of one shape, and weights that stay where they are."""
    return device.type == "cuda" and recipe.data.batching.kind in ("stream", "windows") and not machine.shard


def _say_data(data: Data, model: TextModel, say: Say) -> None:
    for name in ("train", "valid", "test"):
        store = getattr(data, name)
        if store is not None:
            skipped = "".join(f", skipped {count:,} {reason}" for reason, count in store.skipped.items())
            say(f"{name}: {len(store.tokens):,} {data.codec.unit}s in {len(store):,} texts{skipped}")
    training, inference = parameters(model)
    only = f", {training - inference:,} of them in training only" if training > inference else ""
    say(f"model: {training:,} parameters{only}")

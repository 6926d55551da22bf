"""Where the parts meet: a recipe becomes a run, and a run is measured."""

import dataclasses
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Literal

import torch
from pydantic import PositiveInt
from torch import Tensor

from octavo import distributed
from octavo.config import config
from octavo.data.batching import Batches, in_order
from octavo.data.codecs import Codec, Words
from octavo.data.compression import STDIN
from octavo.data.encoding import UNSEEN_LABEL, texts
from octavo.data.files import read
from octavo.data.pieces import Piece
from octavo.data.prepare import Data, DataConfig, pieces_of, prepare, prepare_text
from octavo.data.progress import bytes_bar
from octavo.data.store import Store
from octavo.data.vectors import read_vectors
from octavo.environment import environment
from octavo.evaluation.likelihood import Scale, Sums, readable, sums
from octavo.evaluation.tasks import accuracy_by_label, bleu, confusion, load_bleu
from octavo.generation.translations import SearchConfig
from octavo.interfaces import Batch, TextModel
from octavo.models import build_model
from octavo.recipe import Recipe, differences
from octavo.runs import WEIGHTS, About, Run, describe, save_weights, stored_about, stored_codec, stored_recipe
from octavo.texts import translate
from octavo.training import checkpoint
from octavo.training.interruption import Interrupted
from octavo.training.memory import keep_memory
from octavo.training.precision import Device, Precision, autocast, resolve_device, resolve_precision
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
    threads: int | None = None
    tensorboard: bool = False


EVALUATION_WINDOW = 1024  # tokens: what a training cannot hold, a look without gradients can

Say = Callable[[str], None]
Resolved = Literal["fp32", "bf16"]


def train(
    recipe: Recipe, folder: Path, machine: Machine | None = None, *, resume: bool = False, say: Say = print
) -> Position:
    """Train into a folder; go on from its newest good checkpoint if asked to."""
    machine = machine or Machine()
    device, precision = _start(machine)
    try:
        data = _prepared(recipe.data, stored_codec(folder) if resume and (folder / "codec.json").exists() else None)
        torch.manual_seed(recipe.training.seed)
        plain = build_model(recipe.model, data.codec.alphabet, len(data.train.label_names)).to(device)
        _say_data(data, plain, say)
        if not (resume and any((folder / "checkpoints").glob("step-*"))):
            _start_from_vectors(recipe, data.codec, plain, say)
        trainer = _trainer(recipe, folder, machine, data, plain, device, precision)
        if resume:
            _go_on(trainer, folder, say)
        # Only now that nothing can be wrong with it any more is the run said to be this recipe's.
        if distributed.is_first() and not trainer.done():
            about = _about(data, device, precision, _changes(folder, recipe, trainer.position.step))
            describe(folder, recipe, data.codec, about)
        return _run(trainer, folder, machine, say)
    finally:
        distributed.stop()


@config
class Measuring:
    """How much is measured, and what beside the metrics.

    With `details` a classifier tells its labels apart. BLEU is of the first `limit` texts, and nats are of as many
    tokens, in whole batches, as reach `tokens`; the result says how many.
    """

    details: bool = False
    tokens: PositiveInt | None = None
    search: SearchConfig = SearchConfig()
    limit: PositiveInt | None = None


def evaluate(
    run: Run, split: str = "test", source: str | None = None, rows: int = 1, measuring: Measuring | None = None
) -> dict[str, Any]:
    """A run's own metrics on a split of its data, or on another source, every token once, in fp32."""
    store = _store_of(run, split, source)
    started = time.monotonic()
    if run.recipe.data.batching.kind in ("documents", "pairs"):
        rows = max(rows, run.recipe.training.evaluate_rows)  # which tell nothing of one another
    measuring = measuring or Measuring()
    of_task = _of_task(run, split, source, store, rows, measuring)
    batches = _up_to(whole(store, run.recipe.data, run.codec, rows), measuring.tokens)
    totals = sums(run.model, batches, run.device)
    return {
        "recipe": run.recipe.name,
        "data": source or run.recipe.data.train,
        "split": "all" if source else split,
        **{name: value for name, (value, _) in readable(totals, scale(store, run.codec)).items()},
        **of_task,
        **_measured_of(totals, store),
        "bytes": store.bytes,
        "seconds": round(time.monotonic() - started, 2),
    }


def _measured_of(totals: Sums, store: Store) -> dict[str, int]:
    """How many tokens were measured, where that is not all."""
    measured = int(totals["nats"].count) if "nats" in totals else len(store.tokens)
    whole = {"tokens": len(store.tokens)}
    return whole if measured == len(store.tokens) else {"tokens_measured": measured, **whole}


def _of_task(run: Run, split: str, source: str | None, store: Store, rows: int, measuring: Measuring) -> dict[str, Any]:
    """BLEU of a model that translates; which labels one that classifies takes for which."""
    model: Any = run.model
    if hasattr(model, "read"):
        return _bleu(run, islice(_pairs(run, split, source), measuring.limit), measuring.search)
    if hasattr(model, "classify") and measuring.details:
        batches = whole(store, run.recipe.data, run.codec, rows)
        counts = confusion(model.classify, batches, run.about.label_names, run.device)
        return {"accuracy_by_label": accuracy_by_label(counts), "confusion": counts}
    return {}


def _bleu(run: Run, pairs: Iterable[tuple[bytes, bytes]], search: SearchConfig) -> dict[str, Any]:
    load_bleu()
    sources, targets = zip(*pairs, strict=True)
    score, signature = bleu(translate(run, sources, search), [target.decode("utf-8", "replace") for target in targets])
    return {"bleu": score, "bleu_signature": signature, "bleu_texts": len(targets), **dataclasses.asdict(search)}


def _pairs(run: Run, split: str, source: str | None) -> Iterator[tuple[bytes, bytes]]:
    """Sources and targets as they are written, before any codec, but for those with one side alone."""
    for text in texts(_pieces(run, split, source)):
        pieces = list(text)
        origin, target = pieces[0].other or b"", b"".join(piece.text for piece in pieces)
        if origin.strip() and target.strip():
            yield origin, target


def _pieces(run: Run, split: str, source: str | None) -> Iterator[Piece]:
    if source == STDIN:
        raise ValueError("the standard input can be read only once, and this needs it twice: give a file")
    return pieces_of(run.recipe.data, split) if source is None else read(source, run.recipe.data.files)


def whole(store: Store, data: DataConfig, codec: Codec, rows: int) -> Iterable[Batch]:
    """Every token of a store once: documents are not cut, and long windows of a stream are exact by their carry."""
    batching = data.batching
    if batching.kind == "stream":
        batching = dataclasses.replace(batching, window=max(batching.window, EVALUATION_WINDOW))
    if batching.kind in ("documents", "pairs"):
        batching = dataclasses.replace(batching, longest=None)
    return in_order(store, batching, codec.alphabet, rows)


def scale(store: Store, codec: Codec) -> Scale:
    """What a token of this store stands for."""
    tokens, ends = len(store.tokens), 0 if codec.alphabet.end is None else len(store)
    return Scale(codec.unit, store.bytes / tokens, max(tokens - ends, 1) / tokens)


def _store_of(run: Run, split: str, source: str | None) -> Store:
    data, names = run.recipe.data, run.about.label_names
    if source is not None:
        store = prepare_text(source, data.files, run.codec, pairs=data.batching.kind == "pairs", label_names=names)
    else:
        store = getattr(prepare(data, codec=run.codec), split, None)
    if store is None:
        raise ValueError(f"{data.train} has no {split} split: give --data, or choose train, valid or test")
    if UNSEEN_LABEL in store.skipped:
        pieces = _pieces(run, split, source)
        label = next(piece.label for piece in pieces if piece.label is not None and piece.label not in names)
        known = ", ".join(names) or "none"
        raise ValueError(f"{source or split} has the label {label!r}, which training had not: its labels are {known}")
    return store


def _start(machine: Machine) -> tuple[torch.device, Resolved]:
    keep_memory()
    if machine.threads:
        torch.set_num_threads(machine.threads)
    torch.use_deterministic_algorithms(machine.deterministic)
    device = resolve_device(machine.device)
    distributed.start(device)
    return device, resolve_precision(machine.precision, device)


def _prepared(data: DataConfig, codec: Codec | None) -> Data:
    """Rank 0 encodes; the others find what it left."""
    if not distributed.is_first():
        distributed.barrier()
    with bytes_bar(f"preparing {data.train}") as on_bytes:
        prepared = prepare(data, codec=codec, on_bytes=on_bytes)
    if distributed.is_first():
        distributed.barrier()
    return prepared


def _start_from_vectors(recipe: Recipe, codec: Codec, model: Any, say: Say) -> None:
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


def _go_on(trainer: Trainer, folder: Path, say: Say) -> None:
    """Take up the newest good checkpoint; that there is none is fine, that none of those there is good is not."""
    root = folder / "checkpoints"
    newest = checkpoint.newest(root, say)
    if newest:
        trainer.restore(newest)
        say(f"resumed {newest}")
    elif any(root.glob("step-*")):
        raise RuntimeError(f"no checkpoint in {root} is whole: put back a copy of one, or remove {root} to begin anew")


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


def _about(data: Data, device: torch.device, precision: Resolved, changes: tuple[dict[str, Any], ...]) -> About:
    return About(scale(data.train, data.codec), data.train.label_names, environment(device, precision), changes)


def _changes(folder: Path, recipe: Recipe, step: int) -> tuple[dict[str, Any], ...]:
    """What has been changed in a run since it began, and at which step, so that its recipe does not speak for all."""
    if not step or not (folder / "run.json").exists():
        return ()
    changed = differences(stored_recipe(folder), recipe)
    new = tuple({"step": step, "field": path, "before": old, "after": now} for path, (old, now) in changed.items())
    return stored_about(folder).changes + new


def _trainer(
    recipe: Recipe,
    folder: Path,
    machine: Machine,
    data: Data,
    plain: TextModel,
    device: torch.device,
    precision: Resolved,
) -> Trainer:
    training, alphabet = recipe.training, data.codec.alphabet
    valid = data.valid

    def evaluated() -> Sums:
        assert valid is not None
        batches = whole(valid, recipe.data, data.codec, training.evaluate_rows)
        with autocast(device, precision):
            return sums(plain, _up_to(batches, training.evaluate_tokens), device, trainer.progress())

    def keep_best() -> None:
        weights = flatten_model(wrapped)
        if distributed.is_first():
            save_weights(weights, folder / WEIGHTS)

    scales = {"train": scale(data.train, data.codec)}
    if valid is not None:
        scales["valid"] = scale(valid, data.codec)
    wrapped = distributed.shard(plain) if machine.shard else distributed.wrap(plain)
    trainer = Trainer(
        model=wrapped,
        batches=Batches(data.train, recipe.data.batching, alphabet, training.seed),
        config=training,
        folder=folder,
        device=device,
        precision=precision,
        readable=lambda totals, split: readable(totals, scales[split]),
        evaluate=evaluated if valid is not None else None,
        keep_best=keep_best,
    )
    return trainer


def _up_to(batches: Iterable[Batch], tokens: int | None) -> Iterable[Batch]:
    seen = 0
    for batch in batches:
        if tokens is not None and seen >= tokens:
            return
        seen += int(batch.lengths_B.sum())
        yield batch


def _say_data(data: Data, model: TextModel, say: Say) -> None:
    for name in ("train", "valid", "test"):
        store = getattr(data, name)
        if store is not None:
            skipped = "".join(f", skipped {count:,} {reason}" for reason, count in store.skipped.items())
            say(f"{name}: {len(store.tokens):,} {data.codec.unit}s in {len(store):,} texts{skipped}")
    say(f"model: {sum(parameter.numel() for parameter in model.parameters()):,} parameters")

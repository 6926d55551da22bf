"""Verbs that measure: evaluate, score, classify, inspect."""

import argparse
from collections.abc import Iterator
from pathlib import Path

from octavo.abilities import able
from octavo.commands.colouring import print_coloured
from octavo.commands.output import (
    columns_of,
    file_of,
    one_text_of,
    print_facts,
    print_json,
    print_rows,
    some_of,
    texts_of,
)
from octavo.evaluation.contexts import ContextsConfig
from octavo.evaluation.copying import Copied, parse_names
from octavo.generation.translations import SearchConfig
from octavo.measuring import Measuring
from octavo.measuring import evaluate as evaluate_run
from octavo.models.language_model import LanguageModel
from octavo.pretrained import Pretrained, load
from octavo.record import record
from octavo.training.dynamic import DynamicConfig


def evaluate(options: argparse.Namespace) -> None:
    """The run's own metrics."""
    run = load(options.run_folder, options.device).run
    if options.limit and not hasattr(run.model, "encode"):
        able(run.model, "read")
    has_likelihood = isinstance(run.model, LanguageModel) and run.recipe.data.batching.kind == "documents"
    if (options.samples or (options.texts and not has_likelihood)) and not hasattr(run.model, "given_label"):
        able(run.model, "posterior")
    measuring = Measuring(
        details=options.json,
        search=SearchConfig(num_beams=options.num_beams, alpha=options.alpha),
        limit=options.limit,
        tokens=options.tokens,
        contexts=_contexts(options),
        windows=options.windows,
        baselines=options.baselines,
        dynamic=_dynamic(options),
        words=options.words,
        rounded=options.rounded,
        texts=options.texts or Measuring.texts,
        samples=options.samples,
        drawn=options.texts if has_likelihood else None,
    )
    if options.record and options.data:
        raise ValueError("--record measures a run's own data: leave out --data")
    if options.record:
        path = file_of(options.record, "--record")
        splits = (options.split,) if options.split else None
        print_json(record(run, Path(options.run_folder), path, options.rows, measuring, splits))
        return
    print_facts(evaluate_run(run, options.split or "test", options.data, options.rows, measuring), options.json)


def _contexts(options: argparse.Namespace) -> ContextsConfig | None:
    if options.context:
        given = {"stride": options.stride, "sample": options.sample, "seed": options.seed}
        return ContextsConfig(contexts=tuple(options.context), **given)
    if options.sample or options.stride > 1:
        raise ValueError("--stride and --sample are of --context: say how many characters come before")
    return None


def _dynamic(options: argparse.Namespace) -> DynamicConfig | None:
    given = {name: getattr(options, name) for name in ("rule", "rate", "decay", "segment")}
    given = {name: value for name, value in given.items() if value is not None}
    if not options.dynamic and given:
        raise ValueError(f"--{next(iter(given))} is of --dynamic: give that too")
    return DynamicConfig(**given) if options.dynamic else None


def score(options: argparse.Namespace) -> None:
    """Bits per byte of each document."""
    model = load(options.run_folder, options.device, options.precision)
    able(model.run.model, "score")
    scored = (one for texts in some_of(_texts_of(model, options)) for one in model.score(texts))
    for number, one in enumerate(scored, start=1):
        if number == 1 and not options.json:
            print("document  bits/byte  nats  bytes")
        row = {"document": number, "bits_per_byte": one.bits_per_byte, "nats": one.nats, "bytes": one.bytes}
        print_rows([row], options.json)


def classify(options: argparse.Namespace) -> None:
    """Each text's label and the probability of every label, likeliest first."""
    model = load(options.run_folder, options.device)
    able(model.run.model, "classify", "assign")
    texts = _texts_of(model, options)
    for probabilities in (one for some in some_of(texts) for one in model.classify(some)):
        likeliest = sorted(probabilities, key=probabilities.__getitem__, reverse=True)
        if options.json:
            print_json({"label": likeliest[0], "probabilities": probabilities})
        else:  # labels may hold spaces
            print("\t".join(f"{label}\t{probabilities[label]:.4f}" for label in likeliest))


def _texts_of(model: Pretrained, options: argparse.Namespace) -> Iterator[bytes]:
    return texts_of(options.file, options.unit, columns_of(model.run, options))


def inspect(options: argparse.Namespace) -> None:
    """Entropy, loss and rank of the truth at each token; or the copy test; or the reader's states."""
    model = load(options.run_folder, options.device)
    if options.states:
        for token, states in model.hidden(one_text_of(options.text)):
            _print_states(token, states[: options.states], options.json)
        return
    able(model.run.model, "logits")
    text = one_text_of(options.text)
    if options.copy_test:
        names = parse_names(options.copy_test)
        copied = model.copy_test(text.decode("utf-8", "replace"), *names, options.pronoun, options.given)
        _print_copied(copied, options.json)
        return
    thoughts = model.inspected(text, options.window)
    if options.colours and not options.json:
        print_coloured(list(thoughts), options.colours)
        return
    for number, one in enumerate(thoughts):
        if not number and not options.json:
            print("token  entropy (bits)  loss (bits)  rank")
        print_rows([one._asdict()], options.json)


def _print_copied(copied: Copied, as_json: bool) -> None:
    if as_json:
        print_json(copied.facts())
        return
    print_facts({name: copied.facts()[name] for name in ("mean_rank", "mean_rank_without", "distance")}, False)
    print("token  rank  rank without the name before")
    rows = zip(copied.tokens, copied.corrupted, copied.original, strict=True)
    print_rows(({"token": token, "rank": rank, "without": other} for token, rank, other in rows), False)


def _print_states(token: str, states: list[float], as_json: bool) -> None:
    if as_json:
        print_json({"token": token, "states": [round(value, 4) for value in states]})
    else:
        print(" ".join([f"{token:>16}", *(f"{value:+.2f}" for value in states)]))

"""What has been measured for a row: the files of results/ that its recipe, with its own overrides, gave."""

import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from octavo.figures.rows import kind_of, kinds_of, nats_a_text, reader_of, texts_of
from octavo.recipe import fields, override
from octavo.recipes import recipe
from octavo.record import overrides
from octavo.reproduce.exhibits import Exhibit, Row

Result = dict[str, Any]
CORPUS = "data.train"
SEEDS = ("training.seed", "data.batching.labels_seed")
# What is done beside a training, which no figure depends on.
BESIDE = ("training.evaluate_every", "training.evaluate_rows", "training.evaluate_tokens", "training.log_every")
TEXTS = "texts"
FUSES = ("training.time_limit", "training.checkpoint_seconds", "training.keep_last")


def read_results(folder: Path) -> dict[str, Result]:
    """Every JSON file of a folder of results, by its name, and beside its metrics of how many texts they are."""
    results = {path.name: json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.json"))}
    counts = {_extent(split): count for one in results.values() for split in _splits(one) if (count := texts_of(split))}
    for one in results.values():
        for split in _splits(one):
            if _extent(split) in counts:
                split.setdefault(TEXTS, counts[_extent(split)])
    return results


def _splits(result: Result) -> list[dict[str, Any]]:
    return [split for split in result.get("metrics", {}).values() if split and "bytes" in split]


def _extent(split: Mapping[str, Any]) -> tuple[int, int]:
    """What tells a split's texts from others': a language model says no more of them."""
    return split["tokens"], split["bytes"]


def measured(exhibit: Exhibit, results: Mapping[str, Result]) -> dict[str, list[str]]:
    """For each row's label the names of its results, those with most of the published training first.

    A result belongs to the row that says most of it: of two rows of one recipe, that whose own overrides it has.
    """
    found: dict[str, list[str]] = {row.label: [] for row in exhibit.rows}
    for name, result in results.items():
        fitting = [row for row in exhibit.rows if _fits(exhibit, row, result)]
        if fitting:
            best = max(fitting, key=lambda row: len(changes_of(row, result["recipe"])))
            found[best.label].append(name)
    for names in found.values():
        names.sort(key=lambda name: (-(results[name].get("share_of_training") or 0.0), name))
    return found


def made(exhibit: Exhibit, results: Mapping[str, Result]) -> list[str]:
    """The names of the results that an exhibit's commands gave."""
    return [name for name in results for pattern in exhibit.sources if Path(name).match(pattern)]


def seeds(names: Iterable[str], results: Mapping[str, Result]) -> list[list[str]]:
    """Those that nothing but chance tells apart: of one recipe with one set of overrides, its seeds aside."""
    alike: dict[str, list[str]] = {}
    for name in names:
        changed = {path: new for path, new in results[name].get("overrides", {}).items() if path not in SEEDS}
        same = results[name]["recipe"], reader_of(results[name]), changed
        alike.setdefault(json.dumps(same, sort_keys=True), []).append(name)
    return [group for group in alike.values() if len(group) > 1]


def apart(names: Iterable[str], results: Mapping[str, Result]) -> dict[str, dict[str, Any]]:
    """Of each of a row's results the fields, and their values, that tell it from the others of its recipe."""
    by_recipe: dict[str, list[str]] = {}
    for name in names:
        by_recipe.setdefault(results[name]["recipe"], []).append(name)
    return {name: found for group in by_recipe.values() for name, found in _apart(group, results).items()}


def _apart(names: Iterable[str], results: Mapping[str, Result]) -> dict[str, dict[str, Any]]:
    changed = {name: results[name].get("overrides", {}) for name in names}
    paths = dict.fromkeys(path for own in changed.values() for path in own if path not in BESIDE + FUSES)
    own = {name: {path: _value_in(results[name], path) for path in paths} for name in changed}
    telling = [path for path in paths if len({json.dumps(values[path]) for values in own.values()}) > 1]
    return {name: {path: values[path] for path in telling} for name, values in own.items()}


def _value_in(result: Mapping[str, Any], path: str) -> Any:
    """As the result overrides it, or as its recipe has it."""
    return result["overrides"].get(path, _published(result["recipe"]).get(path))


@cache
def _published(name: str) -> dict[str, Any]:
    return dict(fields(recipe(name)))


def value(result: Mapping[str, Any], path: str) -> Any:
    """What stands at a dotted path of a result's metrics, or None; "longest" is the largest of names that are numbers.

    A star at the end stands for the largest number there, and "nats_a_text" is of all the split's texts.

    >>> value({"metrics": {"test": {"perplexity": 80.5}}}, "test.perplexity")
    80.5
    >>> value({"metrics": {"test": {"by_length": {"64": 1.3, "8": 1.9}}}}, "test.by_length.longest")
    1.3
    """
    inner: Any = result.get("metrics")
    for name in path.split("."):
        named = isinstance(inner, Mapping) and inner
        inner = _at(named, name) if named else None
    return inner


def _at(named: Mapping[str, Any], name: str) -> Any:
    if name == "longest":
        return named[max(named, key=int)]
    if name == "nats_a_text":
        return _nats(named)
    return named.get(starred(named, name) or name)


def _nats(split: Mapping[str, Any]) -> float | None:
    """Nothing of what is told the text that it writes, as an autoencoder is."""
    texts = split.get(TEXTS) or texts_of(split)
    told = "texts_reconstructed" in split and "kl" not in split
    return nats_a_text(split, texts) if texts and not told and "perplexity" in split else None


def starred(named: Mapping[str, Any], name: str) -> str | None:
    """The name that has the largest number where this one has a star, if any.

    >>> starred({"nats_iw_50": 98.0, "nats_iw_500": 97.5}, "nats_iw_*")
    'nats_iw_500'
    """
    before, star, _ = name.partition("*")
    numbers = [int(one[len(before) :]) for one in named if one.startswith(before) and one[len(before) :].isdigit()]
    return f"{before}{max(numbers)}" if star and numbers else None


def changes_of(row: Row, name: str) -> dict[str, Any]:
    """The fields that a row's overrides really change in the recipe of this name."""
    return _changes(name, tuple(row.overrides.items()))


@cache
def _changes(name: str, given: tuple[tuple[str, Any], ...]) -> dict[str, Any]:
    return overrides(override(recipe(name), dict(given)))


def _fits(exhibit: Exhibit, row: Row, result: Mapping[str, Any]) -> bool:
    if "metrics" not in result or result.get("recipe") not in row.recipes:
        return False
    if all(value(result, path) is None for path in exhibit.columns.values()):
        return False
    if not _begins_alike(exhibit, row, result):
        return False
    if result["recipe"] != row.recipe and not _alike(exhibit, result):
        return False
    changed, own = result.get("overrides", {}), changes_of(row, result["recipe"])
    # The row's own recipe is of the row's own corpus; what stands in for it says itself what it is of.
    held = (*exhibit.held, CORPUS) if result["recipe"] == row.recipe else exhibit.held
    # Another kind of part brings fields of its own, whose values here are the result's affair.
    asked = {path: wanted for path, wanted in own.items() if any(_within(path, given) for given in row.overrides)}
    has_all = all(path in changed and _same(changed[path], wanted) for path, wanted in asked.items())
    return has_all and not any(path in changed and path not in own for path in held)


def _within(path: str, given: str) -> bool:
    return f"{path}.".startswith(f"{given}.")


def _alike(exhibit: Exhibit, result: Mapping[str, Any]) -> bool:
    """Whether a stand-in's result has what all of its exhibit must."""
    return all(_same(_value_in(result, path), wanted) for path, wanted in exhibit.alike.items())


def _begins_alike(exhibit: Exhibit, row: Row, result: Mapping[str, Any]) -> bool:
    """Whether both begin at random, or with a reader from recipes that differ in their corpus alone."""
    if not row.begun:
        return not reader_of(result)
    [source] = [other for other in exhibit.rows if other.label == row.begun]
    return kinds_of(result)[1] == kind_of(source.recipe)


def _same(one: Any, other: Any) -> bool:
    """Equal as JSON has it, in which a tuple is a list."""
    return json.dumps(one) == json.dumps(other)

"""A recipe: all that decides a training, as one tree of frozen dataclasses that any field of can be overridden in."""

import dataclasses
import tomllib
import types
import typing
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, get_type_hints

import tomli_w
from pydantic import TypeAdapter, ValidationError

from octavo.config import config, shrink
from octavo.data.prepare import DataConfig
from octavo.models import ModelConfig
from octavo.schedules import Constant
from octavo.spelling import nearest
from octavo.training.trainer import TrainingConfig

LOOKED_AT = 5_000  # tokens of an evaluation, when tiny
NOTHING = "none"  # how TOML, which has no null, writes None


@config
class Recipe:
    """`about` says in a line what it is, `paper` where its figures stand, and `published` what they are."""

    name: str
    about: str
    paper: str
    published: str = ""
    data: DataConfig
    model: ModelConfig
    training: TrainingConfig


def override(recipe: Recipe, changes: Mapping[str, Any]) -> Recipe:
    """The recipe with fields changed by their dotted paths, `{"model.writer.width": "300"}`.

    A change of a part's kind comes first, and keeps the fields that both kinds have.
    """
    tree = dataclasses.asdict(recipe)
    for path in sorted(changes, key=lambda path: (not path.endswith(".kind"), path.count("."))):
        _set(tree, path.split("."), _parsed(changes[path]))
    return _validated(tree)


def tiny(recipe: Recipe) -> Recipe:
    """The recipe shrunk to a few seconds: everything runs, nothing is learnt."""
    looked_at = min(recipe.training.evaluate_tokens or LOOKED_AT, LOOKED_AT)
    shrunk = {"steps": 20, "epochs": None, "patience": None, "evaluate_every": 10, "evaluate_tokens": looked_at}
    training = dataclasses.replace(shrink(recipe.training), **shrunk)
    return dataclasses.replace(shrink(recipe), training=training)


def to_toml(recipe: Recipe) -> str:
    """The recipe as it is stored with a run."""
    return tomli_w.dumps(_with_nothing(dataclasses.asdict(recipe)))


def from_toml(text: str) -> Recipe:
    """The recipe that `to_toml` wrote."""
    return _validated(_flat_to_tree(flatten(tomllib.loads(text))))


def flatten(tree: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested tables as dotted paths.

    >>> flatten({"model": {"writer": {"width": 3}}})
    {'model.writer.width': 3}
    """
    flat: dict[str, Any] = {}
    for name, value in tree.items():
        flat |= flatten(value, f"{prefix}{name}.") if isinstance(value, Mapping) else {prefix + name: value}
    return flat


def fields(value: Any, prefix: str = "") -> Iterable[tuple[str, Any]]:
    """Every dotted path of a configuration and its value, in order."""
    for field in dataclasses.fields(value):
        inner = getattr(value, field.name)
        if dataclasses.is_dataclass(inner):
            yield from fields(inner, f"{prefix}{field.name}.")
        else:
            yield prefix + field.name, inner


def differences(before: Any, after: Any) -> dict[str, tuple[Any, Any]]:
    """The dotted paths in which two configurations differ, with both values; None where a path is not there."""
    old, new = dict(fields(before)), dict(fields(after))
    return {path: (old.get(path), new.get(path)) for path in old | new if old.get(path) != new.get(path)}


def _set(tree: dict[str, Any], path: list[str], value: Any) -> None:
    hint: Any = Recipe
    for depth, name in enumerate(path):
        kinds = _kinds(hint)
        if not kinds:
            raise ValueError(f"{'.'.join(path[:depth])} has no field {name!r}: it is a plain value")
        kind = kinds[tree["kind"]] if len(kinds) > 1 else next(iter(kinds.values()))
        hints = get_type_hints(kind, include_extras=True)
        if name not in hints:
            where = ".".join(path[:depth]) or "a recipe"
            raise ValueError(f"{where} has no field {name!r}: {nearest(name, hints)}")
        if name == "kind" and len(kinds) > 1:
            _change_kind(tree, kinds, value, ".".join(path))
            return
        hint = hints[name]
        if depth < len(path) - 1:
            tree = tree[name]
    if Constant in _kinds(hint).values() and isinstance(value, int | float):
        value = {"kind": "constant", "value": value}
    tree[path[-1]] = value


def _change_kind(tree: dict[str, Any], kinds: dict[str, Any], kind: Any, path: str) -> None:
    if kind not in kinds:
        raise ValueError(f"{path}: unknown kind {kind!r}: {nearest(str(kind), kinds)}")
    wanted = dataclasses.fields(kinds[kind])
    for name in set(tree) - {field.name for field in wanted}:
        del tree[name]
    for field in wanted:
        if field.default is not dataclasses.MISSING:
            tree.setdefault(field.name, _as_tree(field.default))
    tree["kind"] = kind


def _as_tree(value: Any) -> Any:
    return dataclasses.asdict(value) if dataclasses.is_dataclass(value) else value


def _kinds(hint: Any) -> dict[str, Any]:
    """The configuration classes that a field may hold, by their kind."""
    if typing.get_origin(hint) is typing.Annotated:
        return _kinds(typing.get_args(hint)[0])
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        return {name: kind for option in typing.get_args(hint) for name, kind in _kinds(option).items()}
    return {getattr(hint, "kind", hint.__name__): hint} if dataclasses.is_dataclass(hint) else {}


def _parsed(value: Any) -> Any:
    """A command line's text as TOML reads it, numbers and lists and booleans, or else as text."""
    if not isinstance(value, str):
        return value
    if value.lower() == NOTHING:
        return None
    try:
        return tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        return value


def _validated(tree: dict[str, Any]) -> Recipe:
    try:
        return _schema().validate_python(tree)
    except ValidationError as error:
        first = error.errors()[0]
        known = _names(tree) | ({first["loc"][-1]} if first["type"] == "missing" else set())
        where = ".".join(str(part) for part in first["loc"] if part in known)
        given = "" if first["type"] == "missing" else f"{first['input']!r} won't do: "
        raise ValueError(f"{where}: {given}{first['msg'].lower().removeprefix('value error, ')}") from None


@cache
def _schema() -> TypeAdapter[Recipe]:
    """Made once: that takes a hundred times as long as to validate a recipe."""
    return TypeAdapter(Recipe)


def _names(tree: Mapping[str, Any]) -> set[str]:
    inner = [_names(value) for value in tree.values() if isinstance(value, Mapping)]
    return set(tree).union(*inner)


def _with_nothing(tree: Any) -> Any:
    if isinstance(tree, dict):
        return {name: _with_nothing(value) for name, value in tree.items()}
    if isinstance(tree, list | tuple):
        return [_with_nothing(value) for value in tree]
    return NOTHING if tree is None else tree


def _flat_to_tree(flat: Mapping[str, Any]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for path, value in flat.items():
        *outer, name = path.split(".")
        node = tree
        for part in outer:
            node = node.setdefault(part, {})
        node[name] = None if value == NOTHING else value
    return tree

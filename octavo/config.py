"""Configurations: frozen dataclasses that are validated, overridden, shrunk and stored as plain data."""

import dataclasses
from typing import Annotated, Any, NamedTuple, TypeVar, dataclass_transform, get_type_hints

from pydantic import Field

T = TypeVar("T")

Share = Annotated[float, Field(ge=0, lt=1)]


class Tiny(NamedTuple):
    """Marks a field as a size, `width: Annotated[int, Tiny(16)]`, or as several; says how small `--tiny` makes it."""

    size: int


@dataclass_transform(frozen_default=True, kw_only_default=True)
def config(cls: type[T]) -> type[T]:
    """Make a frozen, keyword-only dataclass whose unknown fields pydantic refuses."""
    cls.__pydantic_config__ = {"extra": "forbid"}  # type: ignore[attr-defined]
    return dataclasses.dataclass(frozen=True, kw_only=True)(cls)


def shrink(value: Any) -> Any:
    """The same configuration with every size cut to what its field's `Tiny` says.

    >>> from typing import Annotated
    >>> @config
    ... class Layer:
    ...     width: Annotated[int, Tiny(16)] = 650
    ...     dropout: float = 0.5
    >>> shrink(Layer())
    Layer(width=16, dropout=0.5)
    """
    if isinstance(value, tuple):
        return tuple(shrink(item) for item in value)
    if not dataclasses.is_dataclass(value) or isinstance(value, type):
        return value
    hints = get_type_hints(type(value), include_extras=True)
    fields = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    return dataclasses.replace(value, **{name: _shrink_field(hints[name], field) for name, field in fields.items()})


def _shrink_field(hint: Any, value: Any) -> Any:
    sizes = [mark.size for mark in getattr(hint, "__metadata__", ()) if isinstance(mark, Tiny)]
    if sizes and isinstance(value, int):
        return min(value, sizes[0])
    if sizes and isinstance(value, tuple):
        return tuple(min(item, sizes[0]) for item in value)
    return shrink(value)

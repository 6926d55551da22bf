"""What a paper shows, as values: an exhibit is a table or a figure, and a row of it is a recipe with its figures."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Figures = Mapping[str, float | str]  # column → what the paper prints there


@dataclass(frozen=True)
class Row:
    """A system of a table: what the paper calls it, what it reached there, and the recipe that makes it here.

    A stand-in is the same system on data that is at hand: what it gives never stands beside a published figure
    without being named. `overrides` are what tells this row from others of its recipe, and `begun` is the label of the
    row from whose run its reader begins, if it does.
    """

    label: str
    recipe: str
    published: Figures = field(default_factory=dict)
    overrides: Mapping[str, Any] = field(default_factory=dict)
    stand_ins: tuple[str, ...] = ()
    begun: str = ""

    @property
    def slug(self) -> str:
        """The label as the name of a file."""
        return re.sub(r"[^a-z0-9]+", "-", self.label.lower().replace("+", " plus ")).strip("-")

    @property
    def recipes(self) -> tuple[str, ...]:
        return (self.recipe, *self.stand_ins)


@dataclass(frozen=True)
class Exhibit:
    """A table or a figure of a paper.

    `columns` says where in a result's metrics each published column is found, "test.perplexity" say. A figure, or a
    table that no training gives a row of, is made by commands instead, from the files of results/ that they write; of
    a study of one text it tells these `parts`.
    `held` are the fields that tell rows apart: a result in which one of them is changed is of no row that has it not.
    `alike` is what the stand-ins' results must all have, where rows are compared: as many updates, say.
    `bound` is what `octavo evaluate` is given for rows with a latent variable: how many texts, draws and so on.
    """

    name: str
    paper: str
    title: str
    columns: Mapping[str, str] = field(default_factory=dict)
    rows: tuple[Row, ...] = ()
    commands: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    picture: str | None = None
    remark: str = ""
    held: tuple[str, ...] = ()
    alike: Mapping[str, Any] = field(default_factory=dict)
    bound: Mapping[str, int] = field(default_factory=dict)

"""What the exhibits name is there."""

import shlex
from pathlib import Path

import pytest

from octavo.commands.parser import build_parser
from octavo.recipe import override
from octavo.recipes import RECIPES
from octavo.reproduce import EXHIBITS, exhibit
from octavo.reproduce.exhibits import Exhibit

ROOT = Path(__file__).parents[2]
ALL = pytest.mark.parametrize("one", EXHIBITS.values(), ids=EXHIBITS.keys())


@ALL
def test_its_recipes_and_overrides_are_there(one: Exhibit) -> None:
    for row in one.rows:
        for name in row.recipes:
            override(RECIPES[name](), dict(row.overrides))
        assert row.published.keys() <= one.columns.keys()


@ALL
def test_its_commands_can_be_given(one: Exhibit) -> None:
    assert one.rows or one.commands
    for command in one.commands:
        program, *words = shlex.split(command.partition(" > ")[0])
        if program == "octavo":
            build_parser().parse(words)
        else:
            script, (_, _, *groups) = (ROOT / program).read_text("utf-8"), words
            assert all(f"\n{group.partition(':')[0]}() {{" in script for group in groups)


@ALL
def test_its_page_is_there_and_rows_have_names_of_their_own(one: Exhibit) -> None:
    assert (ROOT / "docs" / "papers" / f"{one.paper}.md").is_file()
    assert len({row.slug for row in one.rows}) == len(one.rows)


def test_a_mistyped_name_is_told_the_nearest() -> None:
    with pytest.raises(ValueError, match="did you mean qrnn-table2"):
        exhibit("qrnn-tabel2")

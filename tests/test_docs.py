"""The pages keep their word: links lead somewhere, commands parse, what is generated is up to date."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from octavo.commands.parser import build_parser
from octavo.recipe import override
from octavo.recipes import recipe
from tools.cli_page import PAGE, page

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")] + sorted(
    (ROOT / "docs").rglob("*.md")
)
FENCE = re.compile(r"^```[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!\w+:)([^)#\s]*)(?:#([^)\s]+))?\)")


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def anchors(page: Path) -> set[str]:
    """What a heading is called in a link: lower case, words joined by hyphens."""
    headings = re.findall(r"^#+ (.*)$", FENCE.sub("", page.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page: Path) -> None:
    for path, anchor in LINK.findall(FENCE.sub("", page.read_text())):
        target = page.parent / path if path else page
        assert target.exists(), f"{name_of(page)} links to {path}, which is not there"
        assert not anchor or anchor in anchors(target), f"{name_of(page)} links to {path}#{anchor}: no such heading"


def test_the_tree_shows_what_there_is() -> None:
    blocks = FENCE.findall((ROOT / "docs" / "architecture.md").read_text())
    tree = next(block for block in blocks if "config.py" in block)
    shown = {line.split()[0].strip("/") for line in tree.splitlines() if line.startswith("  ")}
    parts = [*(ROOT / "octavo").glob("[!_]*.py"), *(path.parent for path in (ROOT / "octavo").glob("*/__init__.py"))]
    assert shown == {path.name for path in parts}


def commands(text: str) -> Iterator[list[str]]:
    """The arguments of every `octavo` command in a page's blocks, also where torchrun starts it."""
    for block in FENCE.findall(text):
        for line in block.replace("\\\n", " ").splitlines():
            _, found, rest = f" {line}".partition(" -m octavo " if " -m octavo " in line else " octavo ")
            if found and not line.startswith((" ", "#")):
                yield shlex.split(rest, comments=True)


def test_commands_are_found() -> None:
    text = "```\noctavo train x --out y  # so\ntorchrun \\\n  -m octavo train z\nimport octavo\n```\noctavo no\n"
    assert list(commands(text)) == [["train", "x", "--out", "y"], ["train", "z"]]


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_commands_parse_and_set_fields_that_exist(page: Path) -> None:
    for arguments in commands(page.read_text()):
        options, overrides = build_parser().parse(arguments)
        if options.verb == "train":
            override(recipe(options.recipe), overrides)


def test_the_page_of_commands_is_up_to_date() -> None:
    assert PAGE.read_text() == page(), "the command line has changed: run make docs"

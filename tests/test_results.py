"""The page of results is what the JSON beside it gives."""

import json
from pathlib import Path

import pytest

from octavo.recipe import fields, override
from octavo.recipes import RECIPES
from octavo.reproduce.report import page
from octavo.reproduce.summary import with_summary
from octavo.spelling import nearest
from tools.results_page import FOLDER, ROOT

ROWS = [path for path in sorted(FOLDER.glob("*.json")) if "recipe" in json.loads(path.read_text("utf-8"))]


def test_the_page_is_made_from_the_json() -> None:
    assert (FOLDER / "README.md").read_text("utf-8") == page(FOLDER), "run: make docs"


def test_the_readmes_table_is_made_from_the_json() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    assert text == with_summary(text, FOLDER), "run: make docs"


@pytest.mark.parametrize("path", ROWS, ids=lambda path: path.stem)
def test_a_row_names_what_it_takes_to_measure_it_again(path: Path) -> None:
    row = json.loads(path.read_text("utf-8"))
    assert row["commit"], f"{path.name} does not name its commit"
    assert row["recipe"] in RECIPES, nearest(row["recipe"], RECIPES)
    trained = override(RECIPES[row["recipe"]](), row["overrides"])
    assert dict(fields(trained)).keys() >= row["overrides"].keys()
    assert row["wall_seconds"] > 0
    assert row["metrics"]

"""What `octavo reproduce` lists: each table and figure, its recipes, its published figures and Octavo's own."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from octavo.reproduce import EXHIBITS
from octavo.reproduce.cells import shown, standing_between
from octavo.reproduce.exhibits import Exhibit, Row
from octavo.reproduce.found import Result, made, measured, read_results, value


def listing(folder: Path) -> Iterator[dict[str, Any]]:
    """Every exhibit with its rows or, where it has none, its commands, and the files of results/ that it has."""
    results = read_results(folder)
    for name, exhibit in EXHIBITS.items():
        found, files = measured(exhibit, results), made(exhibit, results)
        yield {
            "name": name,
            "measured": f"{sum(map(bool, found.values()))} of {len(found)}" if found else str(len(files)),
            "title": exhibit.title,
            "rows": [_row(exhibit, row, found[row.label], results) for row in exhibit.rows],
            "commands": list(exhibit.commands),
            "made": files,
        }


def as_lines(entry: Mapping[str, Any]) -> Iterator[str]:
    """An exhibit, and beneath it a line for each row or command."""
    yield f"{entry['name']}  {entry['measured']}  {entry['title']}"
    labels = [(row["system"], row["recipe"]) for row in entry["rows"]]
    system, recipe = (max(map(len, column)) for column in zip(*labels, strict=True)) if labels else (0, 0)
    for row in entry["rows"]:
        published = f"published {_named(row['published'])}; " if row["published"] else ""
        yield f"    {row['system']:{system}}  {row['recipe']:{recipe}}  {published}here {_here(row)}"
    if not entry["rows"]:
        yield from (f"    {command}" for command in entry["commands"])
        yield f"    here {', '.join(entry['made']) or 'not run'}"


def _row(exhibit: Exhibit, row: Row, names: Sequence[str], results: Mapping[str, Result]) -> dict[str, Any]:
    """Of several results the one with most of the published training, what it falls short of, and the names of all."""
    told = {"system": row.label, "recipe": row.recipe, "published": dict(row.published), "results": list(names)}
    if not names:
        return told | {"here": None, "but": []}
    first = results[names[0]]
    here = {column: value(first, path) for column, path in exhibit.columns.items()}
    measured_here = {column: figure for column, figure in here.items() if figure is not None}
    return told | {"here": measured_here, "but": standing_between(row, first)}


def _here(row: Mapping[str, Any]) -> str:
    if row["here"] is None:
        return "not run"
    others = len(row["results"]) - 1
    said = [*row["but"], *([f"{others} more in results/"] if others else [])]
    return _named(row["here"]) + (f" ({', '.join(said)})" if said else "")


def _named(figures: Mapping[str, Any]) -> str:
    return ", ".join(f"{column} {shown(figure)}" for column, figure in figures.items())

"""What studies of runs found, as tables of the page of results."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from octavo.reproduce.cells import grid, shown
from octavo.reproduce.exhibits import Exhibit
from octavo.reproduce.found import Result
from octavo.reproduce.one_text import of_one_text
from octavo.reproduce.written import written
from octavo.studies.samples import SPLITS


def of_study(study: Result, exhibit: Exhibit) -> list[str]:
    """What was found of each run, but for the columns of its figure."""
    if exhibit.parts:
        return of_one_text(study["runs"], exhibit.parts)
    rows = [
        {"run": run["run"], "data": run["data"], **_trained(run), "split": split, **_plain(found)}
        for run in study["runs"]
        for split, found in run["found"].items()
        if isinstance(found, dict) and _plain(found)
    ]
    rows += [
        {"run": run["run"], "data": run["data"], **_trained(run), **_plain(run["found"])}
        for run in study["runs"]
        if _plain(run["found"])
    ]
    tables = [table for table in (rows, list(_series(study["runs"]))) if table]
    return [*(line for table in tables for line in ["", *grid(table)]), *written(study["runs"])]


def _series(runs: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Of what was found as a row for each length, or share of bytes, all of one measure side by side."""
    for run in runs:
        for split, rows in run["found"].items():
            if split in SPLITS and isinstance(rows, list) and rows:
                across, *measures = rows[0]
                for measure in measures:
                    named = {"run": run["run"], "split": split, across: measure.replace("_", " ")}
                    yield named | {f"{row[across]:g}": shown(row[measure]) for row in rows}


def _trained(run: Mapping[str, Any]) -> dict[str, Any]:
    return {name: f"{run[name]:,}" for name in ("parameters", "steps", "wall_seconds") if name in run}


def _plain(found: Mapping[str, Any]) -> dict[str, Any]:
    return {name: shown(value) for name, value in found.items() if isinstance(value, int | float)}

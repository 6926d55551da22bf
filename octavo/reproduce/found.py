"""What has been measured for a row: the files of results/ that its recipe, with its own overrides, gave."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from octavo.reproduce.exhibits import Exhibit, Row

Result = dict[str, Any]


def read_results(folder: Path) -> dict[str, Result]:
    """Every JSON file of a folder of results, by its name."""
    return {path.name: json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.json"))}


def measured(exhibit: Exhibit, results: Mapping[str, Result]) -> dict[str, list[str]]:
    """For each row's label the names of its results, those with most of the published training first.

    A result belongs to the row that says most of it: of two rows of one recipe, that whose own overrides it has.
    """
    found: dict[str, list[str]] = {row.label: [] for row in exhibit.rows}
    for name, result in results.items():
        fitting = [row for row in exhibit.rows if _fits(row, result)]
        if fitting:
            found[max(fitting, key=lambda row: len(row.overrides)).label].append(name)
    for names in found.values():
        names.sort(key=lambda name: (-(results[name].get("share_of_training") or 0.0), name))
    return found


def value(result: Mapping[str, Any], path: str) -> Any:
    """What stands at a dotted path of a result's metrics, or None.

    >>> value({"metrics": {"test": {"perplexity": 80.5}}}, "test.perplexity")
    80.5
    """
    inner: Any = result.get("metrics")
    for name in path.split("."):
        inner = inner.get(name) if isinstance(inner, Mapping) else None
    return inner


def _fits(row: Row, result: Mapping[str, Any]) -> bool:
    changed = result.get("overrides", {})
    return (
        "metrics" in result
        and result.get("recipe") in row.recipes
        and all(path in changed and str(changed[path]) == str(wanted) for path, wanted in row.overrides.items())
    )

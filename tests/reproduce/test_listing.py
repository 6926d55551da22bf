"""What `octavo reproduce` lists."""

import json
from pathlib import Path
from typing import Any

from octavo.reproduce import EXHIBITS
from octavo.reproduce.listing import as_lines, listing


def lines(folder: Path) -> dict[str, list[str]]:
    """Each exhibit's own lines."""
    return {entry["name"]: list(as_lines(entry)) for entry in listing(folder)}


def write(folder: Path, name: str, perplexity: float, **fields: Any) -> None:
    row = {
        "recipe": "qrnn-ptb",
        "overrides": {},
        "data": "ptb",
        "metrics": {"valid": {"perplexity": perplexity}, "test": {"perplexity": perplexity - 4}},
        **fields,
    }
    (folder / name).write_text(json.dumps(row), "utf-8")


def test_every_exhibit_names_its_recipes_and_says_what_was_not_run(tmp_path: Path) -> None:
    empty = lines(tmp_path)
    assert list(empty) == list(EXHIBITS)
    for name, exhibit in EXHIBITS.items():
        _, *told = empty[name]
        if exhibit.rows:
            assert all(row.recipe in line for row, line in zip(exhibit.rows, told, strict=True))
            assert all(line.endswith("here not run") for line in told)
        else:
            assert told == [*(f"    {command}" for command in exhibit.commands), "    here not run"]
    assert empty["qrnn-table2"][0].startswith("qrnn-table2  0 of 3  Table 2: ")
    assert empty["qrnn-table2"][3].endswith("  published valid 82.1, test 78.3; here not run")


def test_what_was_measured_stands_beside_what_was_published_with_all_that_is_between(tmp_path: Path) -> None:
    write(tmp_path, "whole.json", 82.0, share_of_training=1.0)
    write(tmp_path, "short.json", 150.0, share_of_training=0.1)
    assert lines(tmp_path)["qrnn-table2"][3].endswith(
        "published valid 82.1, test 78.3; here valid 82, test 78 (1 more in results/)"
    )
    (tmp_path / "whole.json").unlink()
    write(tmp_path, "small.json", 200.0, share_of_training=0.2, overrides={"model.writer.width": 64})
    [entry] = [entry for entry in listing(tmp_path) if entry["name"] == "qrnn-table2"]
    assert entry["rows"][2]["but"] == ["20.0% of the training", "another size"]
    assert entry["rows"][2]["results"] == ["small.json", "short.json"]
    assert (
        "here valid 200, test 196 (20.0% of the training, another size, 1 more in results/)" in list(as_lines(entry))[3]
    )

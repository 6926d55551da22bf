"""What a part is worth is drawn as the rows of results say it."""

import json
from pathlib import Path
from typing import Any

import pytest

from octavo.figures.ablation import ablation, parts_of


def write_row(path: Path, bits: float, unit: str = "byte", **overrides: Any) -> Path:
    by_length = {"8": {f"bits_per_{unit}": 9.0}, "64": {f"bits_per_{unit}": bits}, "16": {f"bits_per_{unit}": 9.0}}
    valid = {f"bits_per_{unit}": 7.0, "contexts": {"by_length": by_length}}
    overrides = {field.replace("__", "."): value for field, value in overrides.items()}
    path.write_text(json.dumps({"overrides": overrides, "metrics": {"valid": valid}}))
    return path


def rows(folder: Path) -> list[Path]:
    given: list[tuple[dict[str, Any], tuple[float, ...]]] = [
        ({}, (2.0, 2.1)),
        ({"model__auxiliary__layers": None}, (2.2, 2.3)),
        ({"model__unit": "last"}, (3.0, 3.2)),
        ({"training__optimizer__momentum": 0.0, "training__optimizer__rate__value": 0.1}, (2.15,)),
        ({"model__writer__rotary": False}, (2.4,)),
    ]
    return [
        write_row(folder / f"{place}-{seed}.json", bits, training__steps=9, training__seed=seed, **changed)
        for place, (changed, values) in enumerate(given)
        for seed, bits in enumerate(values)
    ]


def test_the_whole_comes_first_and_then_what_costs_most(tmp_path: Path) -> None:
    parts = parts_of(rows(tmp_path))
    named = ["without multiple positions", "rotary = false", "without intermediate layers", "SGD without momentum"]
    assert list(parts) == ["whole", *named]
    assert parts["whole"] == [2.0, 2.1]


def test_it_is_drawn(tmp_path: Path) -> None:
    ablation(rows(tmp_path), tmp_path / "ablation.png")
    assert (tmp_path / "ablation.png").stat().st_size > 1000


def test_a_runs_own_bits_are_read_where_no_context_was_asked(tmp_path: Path) -> None:
    path = tmp_path / "own.json"
    path.write_text(json.dumps({"overrides": {}, "metrics": {"valid": {"bits_per_character": 1.5, "seconds": 9.0}}}))
    assert parts_of([path, write_row(tmp_path / "a.json", 2.5, "character")]) == {"whole": [1.5, 2.5]}


def test_without_the_whole_there_is_nothing_to_hold_against(tmp_path: Path) -> None:
    two = [write_row(tmp_path / f"{unit}.json", 2.0, model__unit=unit) for unit in ("last", "first")]
    with pytest.raises(ValueError, match="none of these rows is of the whole model"):
        parts_of(two)


def test_a_row_without_bits_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"overrides": {}, "metrics": {"valid": {"accuracy": 0.5}}}))
    with pytest.raises(ValueError, match=r"a\.json has no bits per character"):
        parts_of([path])

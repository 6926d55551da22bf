"""What `octavo study NAME RUN… --out FILE` wrote, for the figures that draw it."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

SPLITS = ("train", "test")


class Studied(NamedTuple):
    """A run's name, what a study found of it, and all else that its file tells."""

    name: str
    found: dict[str, Any]
    row: Mapping[str, Any]


def read_study(paths: Sequence[Path], name: str) -> list[Studied]:
    """The runs of one or more files of a study, in their order."""
    runs: list[Studied] = []
    for path in paths:
        runs += [Studied(run["run"], run["found"], run) for run in _study(path, name)["runs"]]
    if not runs:
        raise ValueError(f"{paths[0]} is of no runs yet")
    return runs


def _study(path: Path, name: str) -> dict[str, Any]:
    try:
        study = json.loads(path.read_text("utf-8"))
        if study["study"] == name:
            return study
    except (ValueError, KeyError, TypeError):
        pass
    raise ValueError(f"{path} is no study of {name}: octavo study {name} RUN --out FILE makes one")


def studied(path: Path, part: str) -> Any:
    """A part of what the study of a text found of its first run; None where the file is another."""
    text = path.read_text("utf-8")
    study = json.loads(text) if text.startswith("{\n") else {}
    return study["runs"][0]["found"].get(part) if isinstance(study, dict) and "runs" in study else None

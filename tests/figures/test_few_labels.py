"""Accuracies are gathered by system, number of labels and seed."""

import json
from pathlib import Path
from typing import Any

import pytest

from octavo.figures.few_labels import few_labels, points_of


def write_row(
    path: Path,
    recipe: str,
    labels: int | None = None,
    reader: str | None = None,
    data: str = "20news",
    writer: dict[str, Any] | None = None,
    **test: Any,
) -> Path:
    changes = [{"field": "reader", "recipe": reader}] if reader else []
    overrides = {"data.batching.labels": labels} if labels else {}
    overrides |= {f"model.writer.{field}": value for field, value in (writer or {}).items()}
    row = {"recipe": recipe, "data": data, "changes": changes, "overrides": overrides, "metrics": {"test": test}}
    path.write_text(json.dumps(row))
    return path


def test_a_line_is_a_system_and_a_dot_a_seed(tmp_path: Path) -> None:
    rows = [
        write_row(tmp_path / "1.json", "lstm-few-labels-20news", 100, accuracy=0.2),
        write_row(tmp_path / "2.json", "lstm-few-labels-20news", 100, accuracy=0.3),
        write_row(tmp_path / "3.json", "lstm-few-labels-20news", accuracy=0.4),
        write_row(tmp_path / "4.json", "lstm-few-labels-20news", reader="lstm-lm-topics", accuracy=0.5),
        write_row(tmp_path / "5.json", "scnn-vae-semi-yahoo", 100, reader="lstm-lm-yahoo", accuracy=0.6),
    ]
    assert points_of(rows) == {
        "LSTM": {100: [0.2, 0.3], 500: [0.4]},
        "LM-LSTM": {500: [0.5]},
        "SCNN-VAE-Semi + init": {100: [0.6]},
    }
    few_labels(rows, tmp_path / "labels.png")
    assert (tmp_path / "labels.png").stat().st_size > 1000


def test_other_decoders_and_other_data_are_other_systems(tmp_path: Path) -> None:
    semi = "scnn-vae-semi-20news"
    rows = [
        write_row(tmp_path / "1.json", semi, accuracy=0.2),
        write_row(tmp_path / "2.json", "lstm-vae-semi-20news", accuracy=0.3),
        write_row(tmp_path / "3.json", semi, writer={"dilations": [1, 2, 4, 8, 16]}, accuracy=0.4),
    ]
    assert list(points_of(rows)) == ["SCNN-VAE-Semi", "LSTM-VAE-Semi", "MCNN-VAE-Semi"]
    toys = write_row(tmp_path / "4.json", semi, data="toys", accuracy=0.5)
    assert points_of([rows[0], toys]) == {"SCNN-VAE-Semi, 20news": {500: [0.2]}, "SCNN-VAE-Semi, toys": {500: [0.5]}}


def test_what_tells_no_labels_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"lm\.json has no accuracy"):
        points_of([write_row(tmp_path / "lm.json", "lstm-lm-topics", perplexity=9.0)])

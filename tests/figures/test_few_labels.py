"""Accuracies are gathered by system, number of labels and seed."""

import json
from pathlib import Path
from typing import Any

import pytest

from octavo.figures.few_labels import few_labels, points_of


def write_row(path: Path, recipe: str, labels: int | None = None, reader: str | None = None, **test: Any) -> Path:
    changes = [{"field": "reader", "recipe": reader}] if reader else []
    overrides = {} if labels is None else {"data.batching.labels": labels}
    row = {"recipe": recipe, "changes": changes, "overrides": overrides, "metrics": {"test": test}}
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
        "VAE-Semi + init": {100: [0.6]},
    }
    few_labels(rows, tmp_path / "labels.png")
    assert (tmp_path / "labels.png").stat().st_size > 1000


def test_what_tells_no_labels_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"lm\.json has no accuracy"):
        points_of([write_row(tmp_path / "lm.json", "lstm-lm-topics", perplexity=9.0)])

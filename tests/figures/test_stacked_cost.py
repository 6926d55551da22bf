"""A text's cost is drawn as the results say it."""

import json
import math
from pathlib import Path
from typing import Any

import pytest

from octavo.figures.stacked_cost import bars_of, stacked_cost

TEXTS = 50


def write_row(path: Path, recipe: str, nats: float, valid: float = 9.0, begun: bool = False, **test: Any) -> Path:
    """Of so many texts, 400 bytes in all."""
    whole = {"perplexity": 9.0, "bits_per_byte": nats * TEXTS / math.log(2) / 400, "bytes": 400, "tokens": 90}
    metrics = {"valid": {"perplexity": valid}, "test": whole | test}
    changes = [{"field": "reader", "recipe": "lstm-lm-topics"}] if begun else []
    path.write_text(json.dumps({"recipe": recipe, "overrides": {}, "changes": changes, "metrics": metrics}))
    return path


def test_a_text_costs_what_all_of_them_cost_over_their_number(tmp_path: Path) -> None:
    """Which only a VAE tells; a decoder's bars stand side by side, by how they were trained."""
    rows = [
        write_row(tmp_path / "1.json", "scnn-vae-topics", 30.0, begun=True, reconstruction=27.0, kl=3.0),
        write_row(tmp_path / "2.json", "scnn-vae-topics", 40.0, reconstruction=38.0, kl=2.0),
        write_row(tmp_path / "3.json", "scnn-lm-topics", 35.0),
        write_row(tmp_path / "4.json", "lstm-lm-topics", 32.0),
    ]
    bars = bars_of(rows)
    assert [(bar.group, bar.decoder) for bar in bars] == [
        ("LM", "LSTM"), ("LM", "SCNN"), ("VAE", "SCNN"), ("VAE + init", "SCNN")
    ]  # fmt: skip
    assert [bar.nats for bar in bars] == pytest.approx([32.0, 35.0, 40.0, 30.0])
    assert [bar.kl for bar in bars] == [0.0, 0.0, 2.0, 3.0]
    stacked_cost(rows, tmp_path / "bars.png")
    assert (tmp_path / "bars.png").stat().st_size > 1000


def test_of_two_of_a_decoder_validation_chooses(tmp_path: Path) -> None:
    better = write_row(tmp_path / "1.json", "lstm-vae-topics", 40.0, 8.0, reconstruction=38.0, kl=2.0)
    worse = write_row(tmp_path / "2.json", "lstm-vae-topics", 30.0, 8.5, reconstruction=29.0, kl=1.0)
    for paths in ([better, worse], [worse, better]):
        [bar] = bars_of(paths)
        assert bar.kl == 2.0


def test_what_does_not_compare_is_refused(tmp_path: Path) -> None:
    lm = write_row(tmp_path / "lm.json", "scnn-lm-topics", 35.0)
    with pytest.raises(ValueError, match=r"lm\.json does not tell how many texts it is of: give a VAE's row"):
        bars_of([lm])
    with pytest.raises(ValueError, match=r"other\.json is of other texts than .*lm\.json"):
        bars_of([lm, write_row(tmp_path / "other.json", "scnn-lm-ptb", 35.0, tokens=91)])
    with pytest.raises(ValueError, match=r"bytes\.json has no perplexity"):
        bars_of([_of_bytes(tmp_path)])


def _of_bytes(folder: Path) -> Path:
    path = folder / "bytes.json"
    path.write_text(json.dumps({"recipe": "lstm-bytes", "overrides": {}, "metrics": {"test": {"bits_per_byte": 2.0}}}))
    return path

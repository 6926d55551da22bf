import json
import math
from pathlib import Path
from typing import Any

import pytest

from octavo.figures import FIGURES
from octavo.figures.latent_cost import LENGTHS, SIGHT, _cell


def row(path: Path, name: str, kl: float, **overrides: Any) -> Path:
    metrics = {"test": {"kl": kl, "reconstruction": 60 * math.log(2)}}
    changed = {path.replace("__", "."): value for path, value in overrides.items()}
    path.write_text(json.dumps({"recipe": name, "overrides": changed, "metrics": metrics}))
    return path


def test_nats_of_a_text_are_bits_of_a_character(tmp_path: Path) -> None:
    sixty = row(tmp_path / "60.json", "hybrid-ptb", kl=12 * math.log(2))
    twenty = row(tmp_path / "20.json", "lstm-vae-ptb-windows", kl=0.0, data__batching__window=20)
    assert _cell(LENGTHS, sixty) == (
        "hybrid, \N{GREEK SMALL LETTER ALPHA} = 0.2",
        60,
        pytest.approx(1.2),
        pytest.approx(0.2),
    )
    assert _cell(LENGTHS, twenty) == ("LSTM VAE, p = 0.2", 20, pytest.approx(3), 0)
    masked = row(tmp_path / "m.json", "hybrid-ptb-masked", kl=0.0, model__plan=0.0, model__writer__top__layers=8)
    assert _cell(SIGHT, masked)[:2] == ("\N{GREEK SMALL LETTER ALPHA} = 0", 9)


@pytest.mark.parametrize("name", ["latent-lengths", "latent-weights", "historyless"])
def test_figures_are_drawn(name: str, tmp_path: Path) -> None:
    results = [
        row(tmp_path / f"{window}.json", "hybrid-ptb", kl=float(window), data__batching__window=window)
        for window in (20, 60)
    ]
    FIGURES[name](results, tmp_path / "figure.png")
    assert (tmp_path / "figure.png").stat().st_size > 1000


def test_a_file_without_a_vaes_figures_is_named(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text(json.dumps({"recipe": "hybrid-ptb", "overrides": {}, "metrics": {"test": {}}}))
    with pytest.raises(ValueError, match=r"x\.json has no 'kl'"):
        FIGURES["latent-lengths"]([path], tmp_path / "figure.png")

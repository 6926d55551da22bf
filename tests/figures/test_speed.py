import json
import re
from pathlib import Path
from typing import Any

import pytest

from octavo.bench.qrnn import BATCHES, LENGTHS
from octavo.figures import FIGURES
from octavo.figures.speed import GRIDS, TIMES

MACHINE = {"device": "cpu", "cpu": "Abacus 3", "threads": 2, "torch": "2.13.0"}
GRID = [
    {"batch": batch, "length": length, **dict.fromkeys(GRIDS, round(batch / length, 2) + 0.1)}
    for batch in BATCHES
    for length in LENGTHS
]
STEP = [
    {"layer": layer, "precision": "fp32", "recurrent_ms": recurrent, "softmax_ms": 30.0, "optimizer_ms": 4.0}
    for layer, recurrent in (("nn.LSTM", 40.0), ("QRNN", 10.0))
]


def write(path: Path, **content: Any) -> Path:
    path.write_text(json.dumps(content))
    return path


def drawn(*paths: Path) -> set[str]:
    pytest.importorskip("matplotlib", reason="needs the plot extra")
    out = paths[0].with_suffix(".svg")
    FIGURES["qrnn-speed"](paths, out)
    return set(re.findall(r"<text[^>]*>([^<]+)<", out.read_text()))


def test_every_cell_and_bar_bears_its_number(tmp_path: Path) -> None:
    shown = drawn(write(tmp_path / "all.json", machine=MACHINE, qrnn=GRID, **{"lm-step": STEP}))
    numbers = {f"{row[name]:.1f}{TIMES}" for row in GRID for name in GRIDS}
    assert numbers | {*map(str, BATCHES), *map(str, LENGTHS), *GRIDS.values()} <= shown
    assert {"nn.LSTM, fp32", "QRNN, fp32", "74", "44", "recurrent layers", "softmax", "optimizer"} <= shown
    assert any("Abacus 3, 2 threads, torch 2.13.0" in text for text in shown)


def test_the_grid_is_a_figure_by_itself_and_two_benches_make_one(tmp_path: Path) -> None:
    grid = write(tmp_path / "grid.json", machine=MACHINE, qrnn=GRID)
    step = write(tmp_path / "step.json", machine=MACHINE, **{"lm-step": STEP})
    assert "softmax" not in drawn(grid)
    assert "softmax" in drawn(grid, step)


def test_what_is_no_bench_is_told(tmp_path: Path) -> None:
    for content in ("{}", '{"lm-step": []}', "no JSON", "[1]"):
        (tmp_path / "bench.json").write_text(content)
        with pytest.raises(ValueError, match=r"bench\.json (is no bench|has no grid).*octavo bench qrnn --json"):
            FIGURES["qrnn-speed"]([tmp_path / "bench.json"], tmp_path / "x.svg")

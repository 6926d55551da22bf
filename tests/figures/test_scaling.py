import json
import re
from pathlib import Path

import pytest

from octavo.figures import FIGURES

MACHINE = {"device": "cpu", "cpu": "Abacus 3", "threads": 2, "torch": "2.13.0"}
ROWS = [
    {"system": system, "varied": varied, "size": size, "us_per_token": size / 10, "bytes_per_token": 100}
    for varied in ("length", "depth")
    for size in (1, 2)
    for system in ("LSTM", "QRNN")
]


def test_each_size_has_its_column_and_each_system_its_name(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="needs the plot extra")
    path, out = tmp_path / "bench.json", tmp_path / "scaling.svg"
    path.write_text(json.dumps({"machine": MACHINE, "scaling": ROWS}))
    FIGURES["scaling"]([path], out)
    shown = set(re.findall(r"<text[^>]*>([^<]+)<", out.read_text()))
    assert {"length", "depth", "LSTM", "QRNN", "µs a token", "bytes kept a token"} <= shown


def test_another_file_is_refused(tmp_path: Path) -> None:
    for content in ("{}", "no JSON", '{"scaling": []}', "[1]"):
        (tmp_path / "x.json").write_text(content)
        with pytest.raises(ValueError, match="octavo bench scaling"):
            FIGURES["scaling"]([tmp_path / "x.json"], tmp_path / "x.svg")

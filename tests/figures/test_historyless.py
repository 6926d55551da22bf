import json
import re
from pathlib import Path

import pytest

from octavo.figures import FIGURES
from octavo.recipe import override, to_toml
from octavo.recipes import recipe

pytest.importorskip("matplotlib", reason="needs the plot extra")


def run(folder: Path, name: str, window: int) -> Path:
    folder.mkdir()
    (folder / "recipe.toml").write_text(to_toml(override(recipe(name), {"data.batching.window": window})))
    lines = [
        {"step": step, "split": "train", "seconds": 1.0, "kl": 9.0, "reconstruction": 100.0 / step, "units": UNITS}
        for step in (25, 50)
    ]
    (folder / "metrics.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return folder


UNITS = {"kl": "nats/text", "reconstruction": "nats/text"}


def test_a_panel_a_length_and_a_line_a_network(tmp_path: Path) -> None:
    names = {"a": ("historyless-ptb", 10), "b": ("historyless-ptb-lstm", 10), "c": ("historyless-ptb-lstm", 30)}
    runs = [run(tmp_path / folder, *which) for folder, which in names.items()]
    FIGURES["historyless-curves"](runs, tmp_path / "figure.svg")
    texts = re.findall(r"<text[^>]*>([^<]+)<", (tmp_path / "figure.svg").read_text())
    assert {"10 characters", "30 characters", "LSTMs", "convolutions"} <= set(texts)


def test_a_run_of_another_kind_is_named(tmp_path: Path) -> None:
    (folder := tmp_path / "other").mkdir()
    (folder / "recipe.toml").write_text(to_toml(recipe("lstm-bytes")))
    with pytest.raises(ValueError, match="other is no autoencoder of windows"):
        FIGURES["historyless-curves"]([folder], tmp_path / "figure.svg")

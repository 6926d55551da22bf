"""Every recipe, shrunk: it trains, is measured, and does what its model can."""

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import octavo
from octavo import experiment, measuring
from octavo.interfaces import OneShot
from octavo.pretrained import Pretrained
from octavo.recipe import tiny
from octavo.recipes import RECIPES, recipe
from octavo.runs import stored_recipe
from tests.table import on_table, write_table

TEXTS = ["the cat sat", "rain fell över old towns"]


def writes(model: Pretrained) -> bool:
    prompt = "" if isinstance(model.run.model.writer, OneShot) else "the"
    return len(model.generate(prompt, num=2, max_new_tokens=8)) == 2


def reconstructs(model: Pretrained) -> bool:
    return len(model.reconstruct(TEXTS, max_new_tokens=8)) == 2


def classifies(model: Pretrained) -> bool:
    return all(math.isclose(sum(shares.values()), 1.0, rel_tol=1e-4) for shares in model.classify(TEXTS))


def scores(model: Pretrained) -> bool:
    return all(0 < one.bits_per_byte < 20 for one in model.score(TEXTS))


# What a model's methods promise of the trained whole.
ABLE: dict[str, Callable[[Pretrained], bool]] = {
    "condition": writes,
    "encode": reconstructs,
    "classify": classifies,
    "logits": scores,
}


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_trains_is_measured_and_does_what_it_can(name: str, tmp_path: Path) -> None:
    shrunk, folder, said = on_table(tiny(recipe(name)), write_table(tmp_path)), tmp_path / "run", []
    position = experiment.train(shrunk, folder, experiment.Machine(device="cpu", precision="fp32"), say=said.append)
    assert position.step == 20
    assert math.isfinite(position.best)
    assert stored_recipe(folder) == shrunk
    assert figures_of(folder, "train")
    assert figures_of(folder, "valid")
    model = octavo.load(folder, "cpu")
    measured = measuring.evaluate(model.run)
    assert measured["tokens"] > 0
    assert all(math.isfinite(value) for value in measured.values() if isinstance(value, float))
    assert [method for method, does in ABLE.items() if hasattr(model.run.model, method) and not does(model)] == []


def figures_of(folder: Path, split: str) -> list[dict[str, Any]]:
    """What was logged of a split: every figure finite, and with a unit."""
    lines = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    found = [line for line in lines if line["split"] == split]
    for line in found:
        assert line["units"]
        assert all(math.isfinite(line[name]) for name in line["units"])
    return found

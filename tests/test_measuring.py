"""A run is measured the same however its text is cut."""

import json
import random
from pathlib import Path

import pytest

from octavo import measuring
from octavo.cli import main
from octavo.experiment import Machine, train
from octavo.recipe import override, tiny, to_toml
from octavo.recipes import recipe
from octavo.runs import stored_recipe, write_text
from tests.table import WORDS


@pytest.fixture(scope="module")
def words_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small lstm-ptb-medium on lines as PTB has them: words, <unk> and N between spaces."""
    folder, chance = tmp_path_factory.mktemp("words"), random.Random(0)
    words = [*WORDS, "<unk>", "N"]
    lines = [" ".join(chance.choice(words) for _ in range(chance.randint(1, 30))) for _ in range(500)]
    (folder / "text.txt").write_text("".join(f" {line} \n" for line in lines), "utf-8")
    small = override(tiny(recipe("lstm-ptb-medium")), {"data.train": str(folder / "text.txt"), "training.steps": 60})
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OCTAVO_CACHE", str(folder / "cache"))
        train(small, folder / "run", Machine(device="cpu", precision="fp32"), say=lambda line: None)
    return folder / "run"


def perplexity(run: Path, window: int, capsys: pytest.CaptureFixture[str]) -> float:
    write_text(run / "recipe.toml", to_toml(override(stored_recipe(run), {"data.batching.window": window})))
    assert main(["evaluate", str(run), "--json", "--device", "cpu"]) == 0
    return json.loads(capsys.readouterr().out)["perplexity"]


def test_perplexity_does_not_depend_on_the_window(
    words_run: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = perplexity(words_run, 35, capsys)
    seen: list[int] = []
    in_order = measuring.in_order
    monkeypatch.setattr(measuring, "WINDOW", 1)
    monkeypatch.setattr(measuring, "in_order", lambda *given: seen.append(given[1].window) or in_order(*given))
    short, long = perplexity(words_run, 35, capsys), perplexity(words_run, 350, capsys)
    assert seen == [35, 350]
    assert usual > 2
    assert short == pytest.approx(long, rel=5e-5)
    assert short == pytest.approx(usual, rel=5e-5)

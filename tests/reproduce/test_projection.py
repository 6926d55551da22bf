"""What the published trainings would take, from a bench whose figures are round ones."""

from typing import Any

from octavo.recipes import RECIPES
from octavo.reproduce import projection
from octavo.reproduce.projection import TRAININGS, projected

CPU = {"device": "cpu", "cpu": "a cpu", "threads": 2}


def bench(system: str, **step: float) -> dict[str, Any]:
    return {"bench.json": {"machine": CPU, "systems": [{"system": system, **step}]}, "row.json": {"metrics": {}}}


def test_a_large_training_takes_its_operations_at_the_assumed_rate() -> None:
    [row] = projected(bench("t64-text8", GFLOP_per_s=100.0, tokens_per_s=100))
    tokens = 4e6 * 16 * 512
    assert row["PFLOP"] == f"{tokens * 1e9 / 1e15:,.0f}"
    assert row["there"] == f"{tokens / 100 / 86_400:,.1f} days"
    seconds = tokens * 1e9 / 989e12 / 0.3
    assert row["one H100"] == f"{seconds / 3600:.1f} hours"
    assert row["cost"] == f"${seconds / 3600 * 3:,.2f}"


def test_a_small_one_takes_as_long_as_its_steps_can_be_started() -> None:
    [row] = projected(bench("qrnn-ptb", GFLOP_per_s=1.0, tokens_per_s=1000))
    assert row["one H100"] == f"{72 * 929_589 / 2100 * projection.STEP_SECONDS / 60:.0f} minutes"


def test_what_no_bench_ran_is_not_projected() -> None:
    assert not list(projected({}))
    assert not list(projected(bench("some-other-recipe", GFLOP_per_s=1.0, tokens_per_s=1)))


def test_published_lengths_are_the_recipes_own() -> None:
    for training in TRAININGS:
        recipe = RECIPES[training.recipe]()
        if recipe.training.steps is not None:
            assert training.steps == recipe.training.steps
            assert training.tokens % recipe.data.batching.batch == 0
        else:
            assert f"{recipe.training.epochs:g} epochs" in training.counted

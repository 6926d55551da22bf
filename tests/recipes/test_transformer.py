import dataclasses

import pytest

from octavo.recipe import differences, override
from octavo.recipes import recipe
from octavo.recipes.transformer import ABLATIONS, RECIPES, left_out
from octavo.writers.transformer import TransformerWriterConfig


@pytest.mark.parametrize(
    ("name", "layers", "dropout", "steps"),
    [
        ("t12-text8", 12, 0.2, 8_000_000),
        ("t64-text8", 64, 0.55, 4_000_000),
        ("t12-enwik8", 12, 0.2, 8_000_000),
        ("t64-enwik8", 64, 0.55, 4_000_000),
        ("t64-lm1b", 64, 0.0, 4_000_000),
        ("t64-enwik9", 64, 0.1, 4_000_000),
    ],
)
def test_recipes_are_the_papers(name: str, layers: int, dropout: float, steps: int) -> None:
    made = recipe(name)
    writer = made.model.writer  # type: ignore[union-attr]
    assert isinstance(writer, TransformerWriterConfig)
    assert (writer.layers, writer.dropout, made.training.steps) == (layers, dropout, steps)
    assert made.data.train == name.partition("-")[2]


@pytest.mark.parametrize(
    ("part", "fields"),
    [
        ("positions", {"model.unit"}),
        ("layers", {"model.auxiliary.layers"}),
        ("targets", {"model.auxiliary.targets"}),
        ("embeddings", {"model.writer.positions"}),
        ("optimizer", {"training.optimizer.momentum", "training.optimizer.rate.value"}),
    ],
)
def test_an_ablation_takes_one_part_away(part: str, fields: set[str]) -> None:
    whole = recipe("t64-text8")
    assert differences(whole, override(whole, left_out(whole, [part]))).keys() == fields


def test_every_ablation_of_the_table_is_there() -> None:
    assert ABLATIONS.keys() == {"positions", "layers", "targets", "embeddings", "optimizer"}


def test_two_parts_are_left_out_together() -> None:
    whole = recipe("t6-small")
    bare = override(whole, left_out(whole, ["layers", "targets"]))
    assert differences(whole, bare).keys() == {"model.auxiliary.layers", "model.auxiliary.targets"}


def test_what_cannot_be_ablated_is_said() -> None:
    with pytest.raises(ValueError, match="did you mean layers"):
        left_out(recipe("t12-text8"), ["layer"])
    with pytest.raises(ValueError, match="lstm-bytes has no such part; recipes that have: t12-text8"):
        left_out(recipe("lstm-bytes"), ["layers"])


def test_the_published_and_the_modern_form_take_one_anothers_place() -> None:
    modern = override(recipe("t12-text8"), {"model.writer.kind": "modern_transformer"})
    assert modern.model.writer.width == 512  # type: ignore[union-attr]
    assert dataclasses.replace(modern.model.writer, context=8).context == 8  # type: ignore[union-attr]
    assert all(RECIPES[name]().name == name for name in RECIPES)

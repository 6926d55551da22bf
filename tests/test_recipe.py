import dataclasses
import tomllib
from typing import Any

import pytest

from octavo.data.batching import DocumentsConfig, StreamConfig
from octavo.models.autoencoder import AutoencoderConfig
from octavo.models.language_model import LanguageModelConfig
from octavo.recipe import Recipe, fields, flatten, from_toml, override, tiny, to_toml
from octavo.recipes import RECIPES, recipe
from octavo.schedules import Constant, Cosine, Ramp
from octavo.training.optimizers import AdamWConfig, SGDConfig

EVERY = pytest.mark.parametrize("name", RECIPES)
BYTES = recipe("lstm-bytes")
SIZES = ("width", "embedding", "layers", "batch", "window", "longest")


def value(chosen: Recipe, path: str) -> Any:
    return dict(fields(chosen))[path]


# Every recipe


@EVERY
def test_a_recipe_is_known_by_its_name_and_says_what_it_is(name: str) -> None:
    made = recipe(name)
    assert made.name == name
    assert len(made.about) > 20
    assert "\n" not in made.about
    assert made.paper


@EVERY
def test_toml_gives_back_what_was_written(name: str) -> None:
    made = recipe(name)
    assert from_toml(to_toml(made)) == made
    assert from_toml(to_toml(tiny(made))) == tiny(made)


@EVERY
def test_every_field_can_be_said_again_on_the_command_line(name: str) -> None:
    """As text, in TOML's words; a part's kind as well."""
    made = recipe(name)
    said = {path: _said(own) for path, own in fields(made)}
    assert override(made, said) == made


def _said(own: Any) -> str:
    if own is None:
        return "none"
    if isinstance(own, tuple):
        return f"[{', '.join(_said(one) for one in own)}]"
    if isinstance(own, bool):
        return str(own).lower()
    return repr(own) if isinstance(own, str) else str(own)


@EVERY
def test_tiny_is_small_all_over(name: str) -> None:
    small = tiny(recipe(name))
    assert small.training.steps == 20
    assert small.training.epochs is None
    for path, size in fields(small):
        if path.startswith(("model", "data.batching")) and path.rpartition(".")[2] in SIZES:
            assert not isinstance(size, int) or size <= 64, f"{path} = {size}: mark the size with Tiny"


def test_an_unknown_recipe_is_answered_with_the_nearest() -> None:
    with pytest.raises(ValueError, match=r"^no recipe 'lstm-byte': did you mean lstm-bytes"):
        recipe("lstm-byte")


# Overrides


@pytest.mark.parametrize(
    ("path", "said", "wanted"),
    [
        ("model.writer.width", "300", 300),
        ("model.writer.dropout", "0", 0.0),
        ("model.writer.tied", "true", True),
        ("model.uniform", "none", None),
        ("model.unit", "text", "text"),
        ("training.optimizer.betas", "[0.8, 0.99]", (0.8, 0.99)),
        ("training.steps", "None", None),
        ("data.train", "my text.txt", "my text.txt"),
        ("data.valid", '"a.txt"', "a.txt"),
        ("data.train", "2024.txt", "2024.txt"),
        ("model.writer.width", 300, 300),
    ],
)
def test_a_field_is_overridden(path: str, said: Any, wanted: Any) -> None:
    changed = override(BYTES, {path: said})
    assert value(changed, path) == wanted
    others = [item for item in fields(changed) if item[0] != path]
    assert others == [item for item in fields(BYTES) if item[0] != path]


def test_nothing_overridden_is_the_recipe_itself() -> None:
    assert override(BYTES, {}) == BYTES


def test_a_schedule_may_be_a_plain_number() -> None:
    assert override(BYTES, {"training.optimizer.rate": "0.5"}).training.optimizer.rate == Constant(value=0.5)
    assert override(BYTES, {"training.optimizer.rate": 2}).training.optimizer.rate == Constant(value=2.0)


def test_another_kind_keeps_what_both_have() -> None:
    assert isinstance(BYTES.training.optimizer, AdamWConfig)
    optimizer = override(BYTES, {"training.optimizer.kind": "sgd"}).training.optimizer
    assert optimizer == SGDConfig(rate=BYTES.training.optimizer.rate, weight_decay=0.01, decay="matrices")
    assert isinstance(BYTES.data.batching, StreamConfig)
    batching = override(BYTES, {"data.batching.kind": "documents"}).data.batching
    assert batching == DocumentsConfig(batch=BYTES.data.batching.batch)


def test_a_kind_is_changed_before_its_fields_whatever_their_order() -> None:
    changes = {"training.optimizer.rate.until": "9", "training.optimizer.rate.kind": "ramp"}
    for ordered in (changes, dict(reversed(changes.items()))):
        assert override(BYTES, ordered).training.optimizer.rate == Ramp(until=9)


def test_an_outer_kind_is_changed_before_an_inner() -> None:
    changes = {"model.reader.width": "7", "model.kind": "autoencoder", "model.latent": "3"}
    model = override(BYTES, changes).model
    assert isinstance(model, AutoencoderConfig)
    assert isinstance(BYTES.model, LanguageModelConfig)
    assert (model.reader.width, model.latent) == (7, 3)
    assert model.writer == BYTES.model.writer


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"model.writer.widht": "3"}, r"^model\.writer has no field 'widht': did you mean width"),
        ({"modell.unit": "text"}, r"^a recipe has no field 'modell': did you mean model\?"),
        ({"model.unit.more": "3"}, r"^model\.unit has no field 'more': it is a plain value"),
        ({"training.steps.more": "3"}, r"^training\.steps has no field 'more': it is a plain value"),
        ({"model.reader.width": "3"}, r"^model has no field 'reader': did you mean writer"),
        ({"training.optimizer.kind": "adan"}, r"^training\.optimizer\.kind: unknown kind 'adan': did you mean adam"),
        ({"training.optimizer.kind": "xyz"}, r"'xyz': choose from sgd, rmsprop, adam, adamw, muon$"),
        ({"model.writer.width": "wide"}, r"^model\.writer\.width: 'wide' won't do: .*integer"),
        ({"model.writer.width": "0"}, r"^model\.writer\.width: 0 won't do: .*greater than 0"),
        ({"model.writer.dropout": "1.5"}, r"^model\.writer\.dropout: 1\.5 won't do: .*less than 1"),
        ({"model.unit": "page"}, r"^model\.unit: 'page' won't do: .*'token', 'text', 'mean' or 'last'"),
        ({"training.optimizer.rate.kind": "ramp"}, r"^training\.optimizer\.rate\.until: .*required"),
        ({"data.codec": "words"}, r"^data\.codec: 'words' won't do"),
    ],
)
def test_what_cannot_be_is_named_with_the_way_out(changes: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=message) as error:
        override(BYTES, changes)
    assert "\n" not in str(error.value)


# TOML and dotted paths


def test_a_stored_recipe_is_toml_that_people_read() -> None:
    tables = tomllib.loads(to_toml(BYTES))
    assert tables["model"]["writer"]["width"] == 512
    assert tables["data"]["valid"] == "none"


def test_a_stored_recipe_that_was_edited_wrongly_says_where() -> None:
    text = to_toml(BYTES)
    with pytest.raises(ValueError, match=r"^model\.writer\.wide: 3 won't do"):
        from_toml(text.replace("[model.writer]", "[model.writer]\nwide = 3"))
    with pytest.raises(ValueError, match=r"^model\.writer\.width: 'x' won't do"):
        from_toml(text.replace("width = 512", "width = 'x'"))


def test_fields_are_the_flattened_tree() -> None:
    assert dict(fields(BYTES)) == flatten(dataclasses.asdict(BYTES))


def test_cosine_becomes_constant_at_its_height() -> None:
    assert isinstance(BYTES.training.optimizer.rate, Cosine)
    rate = override(BYTES, {"training.optimizer.rate.kind": "constant"}).training.optimizer.rate
    assert rate == Constant(value=BYTES.training.optimizer.rate.value)

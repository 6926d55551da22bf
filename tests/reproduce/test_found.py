"""Results find the rows that they belong to."""

import dataclasses
import json
import math
from pathlib import Path
from typing import Any

import pytest

from octavo.reproduce import EXHIBITS
from octavo.reproduce.exhibits import Exhibit, Row
from octavo.reproduce.found import apart, measured, read_results, seeds, value

EXHIBIT = Exhibit(
    "table",
    "qrnn",
    "A table",
    {"test": "test.perplexity"},
    (
        Row("plain", "qrnn-ptb"),
        Row("wide", "qrnn-ptb", overrides={"model.writer.width": 1280}),
        Row("other", "qrnn-iwslt", stand_ins=("qrnn-multi30k",)),
    ),
    held=("model.writer.zoneout",),
)


def result(recipe: str, share: float = 1.0, **overrides: Any) -> dict[str, Any]:
    changed = {name.replace("__", "."): new for name, new in overrides.items()}
    return {
        "recipe": recipe,
        "overrides": changed,
        "share_of_training": share,
        "metrics": {"test": {"perplexity": 80.0}},
    }


def test_a_result_is_of_the_row_that_says_most_of_it() -> None:
    results = {
        "a": result("qrnn-ptb", 0.5, model__writer__width=1280),
        "b": result("qrnn-ptb", 0.5, training__seed=1),
        "c": result("qrnn-ptb"),
        "d": result("qrnn-multi30k"),
        "e": result("lstm-imdb"),
        "f": {"machine": {}},
        "g": result("qrnn-ptb", model__writer__zoneout=0.0),  # of another table: what tells its rows is held here
        "h": result("qrnn-ptb", 0.1, model__writer__width=320),  # a smaller network is still the row's
        "i": {**result("qrnn-ptb"), "metrics": {"test": {"bits_per_byte": 2.0}}},  # has nothing that the table shows
    }
    assert measured(EXHIBIT, results) == {"plain": ["c", "b", "h"], "wide": ["a"], "other": ["d"]}


def test_of_stand_ins_only_what_is_trained_alike_is_compared() -> None:
    results = {
        "a": result("qrnn-iwslt", training__steps=7),
        "b": result("qrnn-multi30k", training__steps=7),
        "c": result("qrnn-multi30k", training__steps=8),
        "d": result("qrnn-multi30k"),
    }
    alike = dataclasses.replace(EXHIBIT, alike={"training.steps": 7})
    assert measured(alike, results)["other"] == ["a", "b"]


def test_results_that_only_their_seed_tells_apart_are_one_system() -> None:
    results = {
        "a": result("qrnn-ptb", training__seed=1),
        "b": result("qrnn-ptb"),
        "c": result("qrnn-ptb", training__seed=2, model__writer__width=1280),
        "d": result("qrnn-iwslt", training__seed=1),
        "e": result("qrnn-ptb", training__seed=2, data__batching__labels_seed=2),
    }
    assert seeds(results, results) == [["a", "b", "e"]]


def test_results_of_one_row_are_told_apart_by_what_differs_in_their_training() -> None:
    results = {
        "a": result("qrnn-ptb", model__writer__width=320, training__log_every=5, training__time_limit=60.0),
        "b": result("qrnn-ptb", model__writer__width=320, training__seed=2),
        "c": result("qrnn-iwslt", training__seed=3),
    }
    assert apart(["a", "b"], results) == {"a": {"training.seed": 1}, "b": {"training.seed": 2}}
    assert apart(["a", "c"], results) == {"a": {}, "c": {}}  # whose recipes already do


def test_rows_are_told_apart_by_what_their_readers_began_from() -> None:
    rows = (
        Row("LM", "lstm-lm-yahoo"),
        Row("VAE", "scnn-vae-yahoo", stand_ins=("scnn-vae-topics",)),
        Row("VAE + init", "scnn-vae-yahoo", stand_ins=("scnn-vae-topics",), begun="LM"),
    )
    begun = {name: {"changes": [{"field": "reader", "recipe": name}]} for name in ("lstm-lm-20news", "lstm-vae-ptb")}
    results = {
        "a": result("scnn-vae-topics"),
        "b": {**result("scnn-vae-topics"), **begun["lstm-lm-20news"]},
        "c": {**result("scnn-vae-topics"), **begun["lstm-vae-ptb"]},  # from neither a language model nor chance
    }
    exhibit = Exhibit("t", "dilated-vae", "T", {"test": "test.perplexity"}, rows)
    assert measured(exhibit, results) == {"LM": [], "VAE": ["a"], "VAE + init": ["b"]}


def test_a_rows_own_recipe_is_of_its_own_corpus_and_each_size_has_its_rows() -> None:
    of_yelp = result("lstm-few-labels-yahoo", data__train="yelp", data__batching__labels=100)
    of_yelp["metrics"] = {"test": {"accuracy": 0.3}}
    found = {name: measured(EXHIBITS[name], {"a": of_yelp}) for name in ("dilated-table4", "dilated-table4b")}
    assert not any(found["dilated-table4"].values())
    assert found["dilated-table4b"]["LSTM, 100 labels"] == ["a"]
    for size in ("s", "m", "l", "vl"):
        name = f"{size}cnn"
        rows = measured(EXHIBITS["dilated-table2"], {"a": result(f"{name}-lm-yahoo"), "b": result(f"{name}-vae-yahoo")})
        assert rows[f"{name.upper()}-LM"] == ["a"]
        assert rows[f"{name.upper()}-VAE"] == ["b"]


def test_another_kind_of_writer_may_be_of_any_size() -> None:
    row = Row("LSTM", "scnn-vae-semi-20news", overrides={"model.writer.kind": "lstm"})
    held = Exhibit("t", "dilated-vae", "T", {"test": "test.perplexity"}, (row,), held=("model.writer.kind",))
    small = {"model__writer__kind": "lstm", "model__writer__width": 128, "model__writer__drop_word": 0.3}
    assert measured(held, {"a": result(row.recipe, **small), "b": result(row.recipe)}) == {"LSTM": ["a"]}


def test_how_many_texts_there_are_a_vae_tells_a_language_model_of_the_same(tmp_path: Path) -> None:
    split = {"bits_per_byte": 2.0, "bytes": 100, "tokens": 30, "perplexity": 9.0}
    metrics = {
        "vae": split | {"reconstruction": 20 * math.log(2) - 3.0, "kl": 2.0, "label_kl": 1.0},  # of ten texts
        "lm": split | {"bits_per_byte": 1.0},
        "autoencoder": split | {"texts_reconstructed": 4},  # which is told the text
        "classifier": {"accuracy": 0.5, "bytes": 100, "tokens": 30},
        "other": split | {"bytes": 101},
    }
    for name, one in metrics.items():
        (tmp_path / f"{name}.json").write_text(json.dumps({"metrics": {"valid": None, "test": one}}))
    found = {name: value(one, "test.nats_a_text") for name, one in read_results(tmp_path).items()}
    assert found.pop("vae.json") == pytest.approx(20 * math.log(2))
    assert found.pop("lm.json") == pytest.approx(10 * math.log(2))
    assert set(found.values()) == {None}


def test_a_star_is_the_largest_number_there() -> None:
    drawn = {"metrics": {"test": {"nats_iw_50": 98.0, "nats_iw_500": 97.0, "nats_elbo": 99.0}}}
    assert value(drawn, "test.nats_iw_*") == 97.0
    assert value(result("qrnn-ptb"), "test.nats_iw_*") is None


def test_a_value_that_is_not_there_is_none() -> None:
    assert value({"metrics": {"test": None}}, "test.perplexity") is None
    assert value({}, "test.perplexity") is None


def test_a_label_names_a_file() -> None:
    assert Row("QRNN + zoneout (p = 0.1)", "qrnn-ptb").slug == "qrnn-plus-zoneout-p-0-1"

"""Runs are measured at their task, and may start from word vectors."""

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

import octavo
from octavo import experiment
from octavo.experiment import Machine, train
from octavo.generation.translations import SearchConfig
from octavo.measuring import Measuring, evaluate
from octavo.recipe import Recipe, override, tiny
from octavo.recipes import recipe
from octavo.runs import WEIGHTS, Run
from octavo.training.compiling import compile_parts
from tests.table import WORDS, on_table, write_table

CPU = Machine(device="cpu", precision="fp32")


def run_of(folder: Path) -> Run:
    return octavo.load(folder, "cpu").run


# A translator


def test_bleu_stands_beside_the_likelihood(translator_run: Path) -> None:
    pytest.importorskip("sacrebleu", reason="needs the eval extra")
    run = run_of(translator_run)
    measured = evaluate(run)
    assert measured["bits_per_character"] < 1
    assert measured["bleu"] > 5
    assert "tok:13a" in measured["bleu_signature"]
    assert (measured["bleu_texts"], measured["num_beams"], measured["alpha"]) == (20, 8, 0.6)
    few = evaluate(run, measuring=Measuring(search=SearchConfig(num_beams=1, alpha=0.0), limit=3))
    assert (few["bleu_texts"], few["num_beams"], few["alpha"]) == (3, 1, 0.0)
    assert few["bits_per_character"] == pytest.approx(measured["bits_per_character"])


def test_references_are_what_was_written_whatever_the_codec_knows(translator_run: Path, tmp_path: Path) -> None:
    pytest.importorskip("sacrebleu", reason="needs the eval extra")
    run = run_of(translator_run)
    [found] = octavo.load(translator_run, "cpu").translate(["完美的马把谷仓画出了。"])
    scores = []
    for target in (found, found + " ☂ ☂ ☂"):
        (tmp_path / "pairs.tsv").write_text(f"text\tother\n{target}\t完美的马把谷仓画出了。\n\t空的\n{target}\t\n")
        measured = evaluate(run, source=str(tmp_path / "pairs.tsv"))
        assert (measured["split"], measured["bleu_texts"]) == ("all", 1)
        scores.append(measured["bleu"])
    assert scores[1] < scores[0]


# A classifier


def test_a_classifier_tells_its_labels_apart_when_asked_to(classifier_run: Path) -> None:
    run = run_of(classifier_run)
    measured = evaluate(run, measuring=Measuring(details=True))
    counts = measured["confusion"]
    texts = sum(sum(row.values()) for row in counts.values())
    assert counts.keys() == {"long", "short"}
    assert measured["accuracy"] == sum(counts[name][name] for name in counts) / texts > 0.6
    for name, share in measured["accuracy_by_label"].items():
        assert share == counts[name][name] / sum(counts[name].values())
    plain = evaluate(run)
    assert plain["accuracy"] == measured["accuracy"]
    assert "confusion" not in plain


def test_the_best_of_the_development_set_is_kept(classifier_run: Path) -> None:
    lines = [json.loads(line) for line in (classifier_run / "metrics.jsonl").read_text().splitlines()]
    valid = [line for line in lines if line["split"] == "valid"]
    assert valid[0]["units"] == {"accuracy": "share of texts", "label_nats": "nats/text"}
    best = min(line["label_nats"] for line in valid)
    assert evaluate(run_of(classifier_run), "valid")["label_nats"] == pytest.approx(best, rel=1e-4)


def test_a_label_that_training_had_not_is_named(classifier_run: Path, tmp_path: Path) -> None:
    (tmp_path / "more.tsv").write_text("text\tlabel\nthe cat\tshort\na text\tmiddling\n")
    with pytest.raises(ValueError, match="the label 'middling', which training had not: its labels are long, short"):
        evaluate(run_of(classifier_run), source=str(tmp_path / "more.tsv"))


def test_a_text_without_a_label_is_named(tmp_path: Path) -> None:
    lines = [json.dumps({"text": "the cat", "label": label}) for label in ["a", "b", None, "a"] * 10]
    (tmp_path / "texts.jsonl").write_text("\n".join(lines))
    changes = {"data.train": str(tmp_path / "texts.jsonl"), "data.files.format": "jsonl"}
    unlabelled = override(on_table(tiny(recipe("qrnn-imdb")), tmp_path), changes)
    with pytest.raises(ValueError, match=r"needs a label for every text, and document \d+ has none"):
        train(unlabelled, tmp_path / "run", CPU, say=lambda line: None)
    with pytest.raises(ValueError, match=r"two labels or more, the data has 0: name data\.files\.label"):
        train(override(unlabelled, {"data.files.label": None}), tmp_path / "other", CPU, say=lambda line: None)


# Word vectors


def with_vectors(folder: Path, **changes: Any) -> Recipe:
    """A tiny classifier of words whose reader starts from vectors of the first five words."""
    lines = [f"{word} " + " ".join([str(place)] * 16) for place, word in enumerate(WORDS[:5])]
    (folder / "vectors.txt").write_text("\n".join(lines) + "\n", "utf-8")
    chosen = on_table(tiny(recipe("qrnn-imdb")), write_table(folder))
    return override(chosen, {"model.reader.vectors": str(folder / "vectors.txt"), "training.steps": 1, **changes})


@pytest.mark.parametrize("kind", ["qrnn", "lstm"])
def test_words_with_a_vector_start_from_it_and_the_others_at_random(tmp_path: Path, kind: str) -> None:
    said: list[str] = []
    still = {"training.optimizer.rate": 0.0, "model.reader.kind": kind}
    chosen = with_vectors(tmp_path, **still)
    train(chosen, tmp_path / "run", CPU, say=said.append)
    train(override(chosen, {"model.reader.vectors": None}), tmp_path / "random", CPU, say=said.append)
    assert [line for line in said if line.startswith("vectors: 5 of 16 words are in ")]
    (tmp_path / "vectors.txt").unlink()
    run, random = run_of(tmp_path / "run"), run_of(tmp_path / "random")
    own, others = (one.model.get_parameter("reader.embedding.weight") for one in (run, random))
    for place, word in enumerate(run.codec.to_json()["words"], start=2):
        expected = torch.full((16,), WORDS.index(word)) if word in WORDS[:5] else others[place]
        assert torch.equal(own[place], expected)


def test_a_run_that_goes_on_needs_its_vectors_no_more(tmp_path: Path) -> None:
    chosen = with_vectors(tmp_path)
    train(chosen, tmp_path / "run", CPU, say=lambda line: None)
    (tmp_path / "vectors.txt").unlink()
    longer = override(chosen, {"training.steps": 2})
    assert train(longer, tmp_path / "run", CPU, resume=True, say=lambda line: None).step == 2


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"model.reader.embedding": 8}, "its vectors have 16 numbers, the embedding 8: set it to 16"),
        ({"data.codec.kind": "characters"}, r"the text is in characters: set data\.codec\.kind to words"),
        ({"model.reader.vectors": "nowhere.txt"}, "nowhere.txt: there is no such file"),
    ],
)
def test_vectors_that_do_not_fit_are_told(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        train(with_vectors(tmp_path, **changes), tmp_path / "run", CPU, say=lambda line: None)
    assert not (tmp_path / "run" / "recipe.toml").exists()


# A weight that rises


def test_a_weight_that_training_is_too_short_for_is_said_aloud(tmp_path: Path) -> None:
    said: list[str] = []
    short = on_table(tiny(recipe("scnn-vae-yahoo")), write_table(tmp_path))
    train(short, tmp_path / "short", CPU, say=said.append)
    assert "model.kl_weight goes to 1 in 10,000 steps, but training ends after 20 steps, at 0.012" in "\n".join(said)
    said.clear()
    enough = override(short, {"model.kl_weight.until": 20, "training.steps": 20})
    train(enough, tmp_path / "enough", CPU, say=said.append)
    assert not [line for line in said if "kl_weight" in line]


def test_what_was_best_on_other_data_is_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OCTAVO_CACHE", str(tmp_path / "cache"))
    small = override(tiny(recipe("lstm-autoencoder")), {"training.steps": 2, "training.evaluate_every": 2})
    assert train(small, tmp_path / "run", CPU, say=lambda line: None).best_step == 2
    for steps, mutate, best in (
        (4, 0.0, 2),
        (6, 1.0, 6),
    ):  # at rate 0 nothing is learned, and what is mutated is harder
        still = {"training.steps": steps, "training.optimizer.rate": 0.0, "data.mutate": mutate}
        position = train(override(small, still), tmp_path / "run", CPU, resume=True, say=lambda line: None)
        assert position.best_step == best


def test_static_levels_hold_the_texts_of_training_or_say_so_before_any_is_prepared(tmp_path: Path) -> None:
    static = tiny(recipe("recursive-autoencoder-static"))
    for side in ("reader", "writer"):
        small = override(static, {f"model.{side}.levels.longest": 16, "data.train": "nowhere.txt"})
        with pytest.raises(
            ValueError, match=rf"longest 32: model\.{side}\.levels are static and hold 16 tokens: raise"
        ):
            train(small, tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_texts_are_mutated_for_models_that_read_what_they_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OCTAVO_CACHE", str(tmp_path / "cache"))
    objectives = {}
    for most in (0.0, 1.0):
        small = override(tiny(recipe("lstm-autoencoder")), {"data.mutate": most, "training.steps": 1})
        train(small, tmp_path / str(most), Machine(device="cpu", precision="fp32"), say=lambda line: None)
        lines = (tmp_path / str(most) / "metrics.jsonl").read_text().splitlines()
        objectives[most] = [json.loads(line)["bits_per_byte"] for line in (lines[0], lines[-1])]
    for plain, mended in zip(objectives[0.0], objectives[1.0], strict=True):  # trained on, and held out
        assert plain != mended
    stream = override(tiny(recipe("lstm-bytes")), {"data.mutate": 1.0})
    with pytest.raises(ValueError, match=r"data\.mutate is for models that read what they write: language_model"):
        train(stream, tmp_path / "stream", Machine(device="cpu"), say=lambda line: None)


def test_what_tells_no_labels_is_not_judged_by_its_accuracy(tmp_path: Path) -> None:
    judged = override(tiny(recipe("lstm-autoencoder")), {"training.judged_by": "accuracy"})
    with pytest.raises(ValueError, match=r"training\.judged_by accuracy: autoencoder tells no labels"):
        train(judged, tmp_path / "run", CPU, say=lambda line: None)


@pytest.mark.parametrize("looked_at", [None, 5])
def test_where_validation_has_no_labels_none_is_judged_by_them(tmp_path: Path, looked_at: int | None) -> None:
    """Nor where none of what is looked at has one."""
    (tmp_path / "valid.tsv").write_text(
        "text\tlabel\nthe cat\t\na mat on a cat\t\n" + "a mat\tlong\n" * bool(looked_at)
    )
    small = on_table(tiny(recipe("scnn-vae-semi-20news")), write_table(tmp_path))
    changes = {"data.valid": str(tmp_path / "valid.tsv"), "training.evaluate_tokens": looked_at, "training.steps": 1}
    judged = override(small, {**changes, "training.evaluate_rows": 1})
    with pytest.raises(ValueError, match=r"judged_by accuracy: no text of validation .* has a label: set it to obj"):
        train(judged, tmp_path / "run", CPU, say=lambda line: None)
    assert not (tmp_path / "run").exists()
    plain = override(judged, {"training.judged_by": "objective"})
    assert train(plain, tmp_path / "run", CPU, say=lambda line: None).best_step == 1
    [valid] = [line for line in _logged(tmp_path / "run") if line["split"] == "valid"]
    assert "accuracy" not in valid
    assert valid["units"]["label_kl"] == "nats/text"


def _logged(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]


@pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor that is not a leaf")
@pytest.mark.filterwarnings("ignore:.*should not be instantiated:DeprecationWarning")
def test_a_compiled_run_goes_on_to_where_the_plain_one_comes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(experiment, "compile_parts", partial(compile_parts, backend="aot_eager"))
    changes = {"training.steps": 2, "training.optimizer.rate": 0.01, "model.writer.layers": 1}
    small = override(on_table(tiny(recipe("qrnn-bytes")), write_table(tmp_path)), changes)
    longer = override(small, {"training.steps": 4})
    train(longer, tmp_path / "plain", CPU, say=lambda line: None)
    compiled = Machine(device="cpu", precision="fp32", compile=True)
    train(small, tmp_path / "compiled", compiled, say=lambda line: None)
    train(longer, tmp_path / "compiled", compiled, resume=True, say=lambda line: None)
    plain, other = (load_file(tmp_path / run / WEIGHTS) for run in ("plain", "compiled"))
    torch.testing.assert_close(other, plain)


def test_only_batches_of_one_shape_and_whole_weights_are_recorded() -> None:
    cuda = torch.device("cuda")
    stream, documents = recipe("qrnn-ptb"), recipe("lstm-autoencoder")
    assert experiment._may_be_recorded(stream, cuda, Machine())
    assert not experiment._may_be_recorded(documents, cuda, Machine())
    assert not experiment._may_be_recorded(stream, cuda, Machine(shard=True))
    assert not experiment._may_be_recorded(stream, torch.device("cpu"), Machine())

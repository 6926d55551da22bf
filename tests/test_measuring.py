"""A run is measured the same however its text is cut."""

import json
import math
import random
from itertools import pairwise
from pathlib import Path

import pytest

from octavo import extent, latents, measuring
from octavo.cli import main
from octavo.data.batching import SamplesConfig
from octavo.data.chosen import sample_stretches
from octavo.data.prepare import prepare
from octavo.experiment import Machine, train
from octavo.pretrained import load
from octavo.recipe import override, tiny, to_toml
from octavo.recipes import recipe
from octavo.runs import stored_recipe, write_text
from octavo.training.runlog import RunLog
from tests.table import WORDS, on_table, write_table


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
    in_order = extent.in_order
    monkeypatch.setattr(extent, "WINDOW", 1)
    monkeypatch.setattr(extent, "in_order", lambda *given: seen.append(given[1].window) or in_order(*given))
    short, long = perplexity(words_run, 35, capsys), perplexity(words_run, 350, capsys)
    assert seen == [35, 350]
    assert usual > 2
    assert short == pytest.approx(long, rel=5e-5)
    assert short == pytest.approx(usual, rel=5e-5)


def unused(name: str, folder: Path) -> tuple[Path, list[str]]:
    """A VAE whose latent variable costs too much to be used, and what was said while it trained."""
    said: list[str] = []
    small = on_table(tiny(recipe(name)), write_table(folder))
    heavy = {"model.kl_weight.start": 50.0, "model.kl_weight.end": 50.0, "model.target": 0.0, "training.steps": 40}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(RunLog, "say", lambda self, line: said.append(line))
        train(override(small, heavy), folder / "run", Machine(device="cpu", precision="fp32"), say=lambda line: None)
    return folder / "run", said


@pytest.fixture(scope="module")
def unused_run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    return unused("lstm-vae-ptb", tmp_path_factory.mktemp("vae"))


@pytest.mark.parametrize("name", ["lstm-vae-ptb", "scnn-clusters-20news"])
def test_a_latent_variable_that_is_not_used_is_put_into_words_while_it_trains(name: str, tmp_path: Path) -> None:
    run, said = unused(name, tmp_path)
    assert said[-1].startswith("step 40: the latent variable is not used: no unit is active")
    lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    valid = [line for line in lines if line["split"] == "valid"]
    assert [len([name for name in line if name.startswith("kl/")]) for line in valid] == [4] * len(valid)
    assert valid[-1]["active_units"] == 0


def test_a_latent_variable_is_measured_on_the_texts_asked_for(
    unused_run: tuple[Path, list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    def measured(*options: str) -> dict[str, float]:
        assert main(["evaluate", str(unused_run[0]), "--split", "train", "--json", "--device", "cpu", *options]) == 0
        return json.loads(capsys.readouterr().out)

    plain, weighed = measured(), measured("--samples", "3", "--texts", "100")
    parts = plain["reconstruction_bits_per_byte"] + plain["kl_bits_per_byte"]
    assert parts == pytest.approx(plain["bits_per_byte"], rel=1e-6)
    assert plain["latent_texts"] > 200
    assert weighed["latent_texts"] == weighed["bound_texts"] == 100
    few = measured("--samples", "3", "--limit", "24")
    assert few["latent_texts"] == plain["latent_texts"]
    assert few["bound_texts"] == 24
    assert "perplexity_iw_3" not in plain
    assert weighed["perplexity_elbo"] == pytest.approx(weighed["perplexity"], rel=0.1)
    assert weighed["perplexity_iw_3"] < weighed["perplexity_elbo"]


def test_a_language_model_is_measured_on_the_texts_that_bounds_are_of(
    unused_run: tuple[Path, list[str]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    small = override(on_table(tiny(recipe("lstm-lm-ptb-sentences")), write_table(tmp_path)), {"training.steps": 10})
    train(small, tmp_path / "run", Machine(device="cpu", precision="fp32"), say=lambda line: None)

    def measured(run: Path, *options: str) -> dict[str, float]:
        assert main(["evaluate", str(run), "--split", "train", "--json", "--device", "cpu", *options]) == 0
        return json.loads(capsys.readouterr().out)

    few, whole = (measured(tmp_path / "run", "--texts", texts) for texts in ("24", "1000"))
    bounds = measured(unused_run[0], "--samples", "2", "--limit", "24")
    assert few["drawn_texts"] == bounds["bound_texts"] == 24
    assert few["texts_seed"] == bounds["texts_seed"]
    assert few["perplexity_drawn"] != few["perplexity"] == whole["perplexity"]
    assert whole["perplexity_drawn"] == pytest.approx(whole["perplexity"], rel=1e-6)


def test_some_texts_come_from_everywhere_and_are_the_same_for_every_model(
    unused_run: tuple[Path, list[str]],
) -> None:
    run = load(unused_run[0], "cpu").run
    store = prepare(run.recipe.data, codec=run.codec).train

    def numbers(rows: int, texts: int) -> list[int]:
        found: list[int] = []
        for batch in extent.some_texts(store, run.recipe.data, run.codec, run.model, rows, texts):
            assert batch.documents_B is not None
            found += batch.documents_B.tolist()
        return sorted(found)

    some = numbers(8, 40)
    assert len(some) == len(set(some)) == 40
    assert some[0] < len(store) / 4  # a file may be sorted by label
    assert some[-1] > len(store) * 3 / 4
    assert some == numbers(3, 40)
    assert set(numbers(8, 10)) < set(some)
    assert numbers(8, 10 * len(store)) == [*range(len(store))]


def test_a_plain_text_is_read_by_lines_where_a_corpus_gave_documents(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    of_toys = override(tiny(recipe("lstm-vae-ptb")), {"data.train": "toys", "training.steps": 2})
    train(of_toys, tmp_path / "run", Machine(device="cpu", precision="fp32"), say=lambda line: None)
    (tmp_path / "text.txt").write_text("to be\nor not to be\n", "utf-8")
    asked = ["evaluate", str(tmp_path / "run"), "--data", str(tmp_path / "text.txt"), "--json", "--device", "cpu"]
    assert main(asked) == 0
    assert json.loads(capsys.readouterr().out)["tokens"] == 6 + 2  # each line's words and its end


def test_the_first_tokens_of_documents_are_not_those_of_the_shortest(unused_run: tuple[Path, list[str]]) -> None:
    run = load(unused_run[0], "cpu").run
    store = prepare(run.recipe.data, codec=run.codec).train
    lengths = [int(end - begin) for begin, end in pairwise(store.offsets)]
    where = (store, run.recipe.data, run.codec, run.model, 4)
    (found,) = extent.first_tokens(*where, tokens=1)
    shortest = next(iter(extent.whole(*where)))
    own = sorted(lengths[: len(found.lengths_B)])
    assert sorted(found.lengths_B.tolist()) == own
    assert sorted(shortest.lengths_B.tolist()) < own


@pytest.fixture(scope="module")
def stretches_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny recursive autoencoder of lines, most of them longer than its longest stretch."""
    folder, chance = tmp_path_factory.mktemp("stretches"), random.Random(0)
    lines = [" ".join(chance.choice(WORDS) for _ in range(chance.randint(1, 30))) for _ in range(500)]
    (folder / "text.txt").write_text("\n".join(lines), "utf-8")
    small = override(tiny(recipe("recursive-small")), {"data.train": str(folder / "text.txt")})
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OCTAVO_CACHE", str(folder / "cache"))
        train(small, folder / "run", Machine(device="cpu", precision="fp32"), say=lambda line: None)
    return folder / "run"


def test_stretches_are_measured_as_training_draws_them(stretches_run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", str(stretches_run), "--limit", "7", "--json", "--device", "cpu"]) == 0
    found, run = json.loads(capsys.readouterr().out), load(stretches_run, "cpu").run
    store, batching = prepare(run.recipe.data, codec=run.codec).test, run.recipe.data.batching
    assert store is not None
    assert isinstance(batching, SamplesConfig)
    stretches = sample_stretches(store, 7, batching.longest, run.codec.inside)
    whole = {store.document(number).tobytes() for number in range(len(store))}
    assert any(one.astype(store.tokens.dtype).tobytes() not in whole for one in stretches), "stretches of longer texts"
    assert found["stretches_reconstructed"] == 7
    assert found["byte_error_of_stretches"] == pytest.approx(latents.errors(run, stretches)["byte_error"])


def test_what_only_a_vae_can_be_asked_is_refused_to_others(words_run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", str(words_run), "--samples", "3", "--device", "cpu"]) == 2
    assert "cannot tell what a latent variable is of a text; models that can: vae" in capsys.readouterr().err


def test_what_is_measured_of_a_text_is_weighed_by_its_own_bytes(
    words_run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Long words first, short ones last: the first tokens have more bytes than the average."""
    (tmp_path / "text.txt").write_text("while towns while\n" * 3000 + "a on a\n" * 3000)
    asked = ["evaluate", str(words_run), "--data", str(tmp_path / "text.txt"), "--device", "cpu", "--json"]
    found = []
    for more in ([], ["--tokens", "12000"]):
        assert main([*asked, *more]) == 0
        found.append(json.loads(capsys.readouterr().out))
    whole, first = found
    assert (whole["tokens"], whole["bytes"]) == (24_000, 75_000)
    assert "tokens_measured" not in whole
    assert first["tokens_measured"] == 12_288
    assert first["bytes_measured"] == 54_000 + 72 * 7
    bits = math.log2(first["perplexity"]) * first["tokens_measured"]
    assert first["bits_per_byte"] == pytest.approx(bits / first["bytes_measured"], rel=1e-4)


def test_the_share_of_unknown_words_stands_beside_their_bits(
    words_run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for text, share in (("the cat sat\n", None), ("the dog barked\n", 0.5)):
        (tmp_path / "text.txt").write_text(text * 10)
        assert main(["evaluate", str(words_run), "--data", str(tmp_path / "text.txt"), "--json"]) == 0
        assert json.loads(capsys.readouterr().out).get("unknown_share") == share


def test_of_a_classifier_too_it_is_said_how_much_was_measured(
    classifier_run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for more, measured in (([], False), (["--tokens", "20"], True)):
        assert main(["evaluate", str(classifier_run), "--split", "train", "--json", *more]) == 0
        found = json.loads(capsys.readouterr().out)
        assert ("tokens_measured" in found) == measured
        assert found.get("tokens_measured", 0) < found["tokens"]


def test_another_corpus_can_be_measured_by_its_name(
    language_model_run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (
        main(["evaluate", str(language_model_run), "--data", "manual", "--split", "valid", "--tokens", "9", "--json"])
        == 0
    )
    found = json.loads(capsys.readouterr().out)
    assert (found["data"], found["split"]) == ("manual", "valid")
    assert found["bytes"] > 10_000


def test_rounded_weights_are_measured_beside_the_whole_ones(
    words_run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As loading the run in that precision gives them, and the run itself is left as it was."""
    assert main(["evaluate", str(words_run), "--rounded", "--json", "--device", "cpu"]) == 0
    measured = json.loads(capsys.readouterr().out)
    for precision in ("bf16", "int8"):
        run = load(words_run, "cpu", precision).run
        wanted = measuring.evaluate(run)["perplexity"]
        assert measured["rounded"][precision]["perplexity"] == pytest.approx(wanted, rel=1e-7)
        assert wanted != measured["perplexity"]
    assert measured["perplexity"] == pytest.approx(
        measuring.evaluate(load(words_run, "cpu").run)["perplexity"], rel=1e-7
    )

"""A trained model through the Python door: `octavo.load`, and what it gives."""

import copy
import dataclasses
import json
import math
import pickle
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import octavo
from octavo import experiment
from octavo.generation.sampling import SamplingConfig, generate
from octavo.models.language_model import LanguageModel
from octavo.pretrained import Pretrained
from octavo.recipe import override, tiny
from octavo.recipes import recipe
from tests.copier import Copier
from tests.table import on_table, write_table

Ask = Callable[[Pretrained], Any]
STONE = (Path(__file__).parents[1] / "docs" / "texts" / "stone.txt").read_text("utf-8")
TEXTS = ["", "a", "rain fell över old towns", b"\0\xff\0", "the cat sat", b"broken \xe9\x9b", "雨"]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Small runs, trained a little."""
    home = tmp_path_factory.mktemp("home")
    table = write_table(home)
    stream, autoencoder = recipe("lstm-bytes"), recipe("lstm-autoencoder")
    chosen = {
        "stream": stream,
        "documents": override(stream, {"data.batching.kind": "documents"}),
        "characters": override(stream, {"data.codec.kind": "characters"}),
        "autoencoder": autoencoder,
        "classifier": override(autoencoder, {"model.kind": "classifier"}),
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OCTAVO_CACHE", str(home / "cache"))
        for name, one in chosen.items():
            shrunk = override(on_table(tiny(one), table), {"training.steps": 40, "training.optimizer.rate": 0.02})
            experiment.train(shrunk, home / name, experiment.Machine(device="cpu"), say=lambda line: None)
        yield home


@pytest.fixture(params=["stream", "documents"])
def writer(home: Path, request: pytest.FixtureRequest) -> Pretrained:
    return octavo.load(home / request.param, "cpu")


@pytest.fixture
def autoencoder(home: Path) -> Pretrained:
    return octavo.load(home / "autoencoder", "cpu")


# Writing


@pytest.mark.parametrize("prompt", ["", "the ", b"\0", b"the\0\xff", "雨"])
def test_any_prompt_is_gone_on_from(writer: Pretrained, prompt: str | bytes) -> None:
    texts = writer.generate(prompt, num=3, max_new_tokens=9)
    assert len(texts) == 3
    assert all(len(text) <= 9 for text in texts)
    assert texts == writer.generate(prompt, num=3, max_new_tokens=9)
    assert texts != writer.generate(prompt, num=3, max_new_tokens=9, seed=1)


def test_text_and_its_bytes_are_one_prompt(writer: Pretrained) -> None:
    assert writer.generate("över", max_new_tokens=9) == writer.generate("över".encode(), max_new_tokens=9)


def test_greedy_together_is_greedy_one_at_a_time(writer: Pretrained) -> None:
    run, options = writer.run, SamplingConfig(max_new_tokens=12, do_sample=False)
    assert isinstance(run.model, LanguageModel)
    part = run.model.writer
    prompts = [run.codec.encode(text.encode()).tolist() for text in ("", "the cat", "r", "over old")]

    def greedy(prompts: list[list[int]]) -> list[tuple[list[int], bool]]:
        return [*generate(part, None, prompts, run.codec.alphabet, options, run.codec.decode)]

    together = greedy(prompts)
    assert together == [greedy([prompt])[0] for prompt in prompts]
    texts = [writer.generate(text, max_new_tokens=12, do_sample=False)[0] for text in ("", "the cat", "r", "over old")]
    assert texts == [run.codec.decode(ids).decode("utf-8", "replace") for ids, _ in together]


def test_greedy_takes_what_ranks_first(writer: Pretrained) -> None:
    [rest] = writer.generate("the ", max_new_tokens=6, do_sample=False)
    assert rest
    ranks = [thought.rank for thought in writer.inspect("the " + rest)]
    assert ranks[4 : 4 + len(rest.encode())] == [1] * len(rest.encode())


def test_a_search_finds_no_worse_than_greed(writer: Pretrained) -> None:
    found = writer.generate("the ", 3, num_beams=3, max_new_tokens=6)
    assert len(found) == len(set(found)) == 3
    assert writer.generate("", num_beams=2, max_new_tokens=6)
    with pytest.raises(ValueError, match="3 beams finds 3 texts, not 4"):
        writer.generate("the ", 4, num_beams=3)


def test_an_option_that_is_none_is_named(writer: Pretrained) -> None:
    with pytest.raises(ValueError, match="no option 'temprature': did you mean temperature"):
        writer.generate(temprature=0.5)


@pytest.mark.parametrize("prompt", ["", "the c", b"\0"])
def test_completions_are_likely_rests_of_the_word(writer: Pretrained, prompt: str | bytes) -> None:
    found = writer.complete(prompt, threshold=1e-3)
    shares = [one.probability for one in found]
    assert shares == sorted(shares, reverse=True)
    assert all(1e-3 <= share <= 1 for share in shares)
    assert sum(shares) <= 1
    assert all(one.text and " " not in one.text for one in found)


# Measuring


def test_a_score_is_in_bits_for_each_byte_of_the_text(writer: Pretrained) -> None:
    ends = 0 if writer.run.codec.alphabet.end is None else 1
    for text, one in zip(TEXTS, writer.score(TEXTS), strict=True):
        size = len(text.encode() if isinstance(text, str) else text)
        assert (one.bytes, one.tokens) == (size, size + ends)
        assert one.bits_per_byte * max(size, 1) * math.log(2) == pytest.approx(one.nats)
        assert one.nats > 0 or not one.tokens


def test_a_score_minds_neither_companions_nor_their_order(writer: Pretrained) -> None:
    texts = [text for number in range(10) for text in ("a" * number, *TEXTS)]
    together = writer.score(texts)
    assert len(together) == len(texts) > 64
    for number in (0, 5, 41, 79):
        [alone] = writer.score([texts[number]])
        assert together[number] == pytest.approx(alone, rel=1e-4)


def test_what_is_inspected_sums_to_the_score(writer: Pretrained) -> None:
    for text in TEXTS:
        [score] = writer.score([text])
        thoughts = writer.inspect(text)
        assert len(thoughts) == score.tokens
        assert sum(one.loss for one in thoughts) * math.log(2) == pytest.approx(score.nats, rel=1e-4)


def test_thoughts_name_their_tokens(writer: Pretrained) -> None:
    tokens = [thought.token for thought in writer.inspect(b"a'\n\0\xff")]
    ends = [] if writer.run.codec.alphabet.end is None else ["<end>"]
    assert tokens == ["a", "'", r"\n", r"\x00", r"\xff", *ends]


def test_a_character_is_a_token_whatever_its_bytes(home: Path) -> None:
    model = octavo.load(home / "characters", "cpu")
    assert [thought.token for thought in model.inspect("över 雨?")] == [
        "ö",
        "v",
        "e",
        "r",
        " ",
        "雨",
        "\N{REPLACEMENT CHARACTER}",
    ]
    assert model.score(["雨"])[0][2:] == (3, 1)
    with pytest.raises(ValueError, match=r'byte 1 \(0xff\) is not UTF-8; use the codec "bytes"'):
        model.generate(b"a\xff")


def test_figures_of_scores_are_plain_numbers(writer: Pretrained) -> None:
    assert {type(value) for value in writer.score(["a"])[0]} == {float, int}


def test_every_label_has_its_probability(home: Path) -> None:
    found = octavo.load(home / "classifier", "cpu").classify(["the cat", "", "a " * 40])
    assert all(shares.keys() == {"long", "short"} for shares in found)
    assert [sum(shares.values()) for shares in found] == pytest.approx([1, 1, 1])


def copier(home: Path, reach: int) -> Pretrained:
    """A run whose writer copies from so far back."""
    run = octavo.load(home / "stream", "cpu").run
    model = copy.deepcopy(run.model)
    assert isinstance(model, LanguageModel)
    model.writer = Copier(reach)
    return Pretrained(dataclasses.replace(run, model=model))


def test_who_copies_takes_a_made_up_name_up_again(home: Path) -> None:
    """Each of its characters but the first is what is expected most, where the name stands before and only there."""
    copied = copier(home, 1000).copy_test(STONE, "Eleanor", "Zjakdmu", given=118)
    assert copied.corrupted[copied.begin + 1 : copied.end] == [1] * 6
    assert copied.mean_rank(copied.corrupted) == 1.0
    assert copied.mean_rank(copied.original) > 50
    for ranks in (copied.corrupted, copied.original):
        assert ranks[copied.begin] > 1, "nothing says that the name comes now"


def test_who_does_not_see_so_far_does_not_copy(home: Path) -> None:
    distance = copier(home, 1).copy_test(STONE, "Eleanor", "Zjakdmu", given=118).test.distance
    near, far = (copier(home, reach).copy_test(STONE, "Eleanor", "Zjakdmu", given=118) for reach in (50, distance))
    assert near.corrupted[near.begin : near.end] == near.original[near.begin : near.end]
    assert near.mean_rank(near.corrupted) > 50
    assert far.mean_rank(far.corrupted) == 1.0


# Vectors


def test_a_texts_vector_is_its_own(autoencoder: Pretrained) -> None:
    texts = [text for number in range(10) for text in ("a" * number, *TEXTS)]
    together = autoencoder.encode(texts)
    assert together.shape == (len(texts), 16)
    for number in (0, 5, 41, 79):
        np.testing.assert_allclose(together[number], autoencoder.encode([texts[number]])[0], atol=1e-5)


def test_texts_written_together_are_those_written_alone(autoencoder: Pretrained) -> None:
    vectors = autoencoder.encode(TEXTS)
    together = autoencoder.decode(vectors, max_new_tokens=10)
    assert together == [autoencoder.decode(vectors[i : i + 1], max_new_tokens=10)[0] for i in range(len(TEXTS))]
    assert together == autoencoder.reconstruct(TEXTS, max_new_tokens=10)


def test_an_interpolation_has_both_ends(autoencoder: Pretrained) -> None:
    texts = autoencoder.interpolate("the cat", "old towns", steps=5, max_new_tokens=10)
    assert len(texts) == 5
    assert [texts[0], texts[-1]] == autoencoder.reconstruct(["the cat", "old towns"], max_new_tokens=10)


# Kept and found again


@pytest.mark.parametrize("name", ["stream", "documents", "autoencoder", "classifier"])
def test_an_exported_model_is_the_same_to_the_bit(home: Path, name: str, tmp_path: Path) -> None:
    model = octavo.load(home / name, "cpu")
    model.save_pretrained(tmp_path / "exported")
    for again in (octavo.load(tmp_path / "exported", "cpu"), Pretrained.from_pretrained(tmp_path / "exported")):
        own, others = model.run.model.state_dict(), again.run.model.state_dict()
        assert own.keys() == others.keys()
        assert all(torch.equal(own[key], others[key]) for key in own)
        assert again.run.recipe == model.run.recipe
        assert again.run.about == model.run.about
        assert again.run.codec.to_json() == model.run.codec.to_json()
    files = {path.name for path in (tmp_path / "exported").iterdir()}
    assert files == {"README.md", "codec.json", "config.json", "model.safetensors", "recipe.toml", "run.json"}
    facts = json.loads((tmp_path / "exported" / "config.json").read_text())
    assert facts["model"]["kind"] == model.run.recipe.model.kind
    assert facts["alphabet"] == model.run.codec.alphabet._asdict()


def test_an_exported_model_writes_the_same(home: Path, tmp_path: Path) -> None:
    model = octavo.load(home / "documents", "cpu")
    model.save_pretrained(tmp_path)
    again = Pretrained.from_pretrained(str(tmp_path), device="cpu")
    assert again.generate("the", num=4, max_new_tokens=20) == model.generate("the", num=4, max_new_tokens=20)
    assert again.score(TEXTS) == model.score(TEXTS)


@pytest.mark.parametrize(
    ("name", "ask", "message"),
    [
        ("autoencoder", lambda model: model.generate("a"), "autoencoder.* cannot write from nothing"),
        ("autoencoder", lambda model: model.complete("a"), "autoencoder.* cannot write from nothing"),
        ("stream", lambda model: model.encode(["a"]), "language_model.* cannot encode; .*: autoencoder"),
        ("stream", lambda model: model.decode(np.zeros((1, 2))), "language_model.* cannot encode"),
        ("classifier", lambda model: model.score(["a"]), "classifier.* cannot score; .*: language_model"),
        ("classifier", lambda model: model.generate("a"), "classifier.* cannot write from nothing; .*: language_model"),
        ("classifier", lambda model: model.copy_test("a b a", "a", "c"), "classifier.* cannot say what it expects"),
        ("autoencoder", lambda model: model.inspect("a"), "autoencoder.* cannot say what it expects"),
        ("stream", lambda model: model.classify(["a"]), "language_model.* cannot classify; .*: .*classifier"),
    ],
)
def test_what_a_model_cannot_do_names_those_that_can(home: Path, name: str, ask: Ask, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ask(octavo.load(home / name, "cpu"))


def test_a_run_that_is_not_there_is_named_with_those_around(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(home.parent)
    with pytest.raises(ValueError, match=r"no run .*streem: did you mean .*stream"):
        octavo.load(f"{home.name}/streem", "cpu")
    with pytest.raises(ValueError, match=r"no run .*streem: did you mean .*stream"):
        octavo.load(home / "streem", "cpu")
    monkeypatch.chdir(home / "cache")
    with pytest.raises(ValueError, match="no run nowhere: octavo train makes one"):
        octavo.load("nowhere", "cpu")


def test_a_folder_that_is_no_run_says_what_it_lacks(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"no finished run: it has no recipe\.toml"):
        octavo.load(tmp_path, "cpu")


class Trap:
    """Unpickled, it leaves a trace."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.trace,)


def test_nothing_in_a_folder_is_ever_run(home: Path, tmp_path: Path) -> None:
    trace, folder = tmp_path / "trace", tmp_path / "folder"
    pickle.loads(pickle.dumps(Trap(trace)))
    assert trace.exists(), "the trap itself works"
    trace.unlink()
    octavo.load(home / "stream", "cpu").save_pretrained(folder)
    for name in ("model.pt", "pytorch_model.bin", "model.pkl", "optimizer.pt", "config.py", "__init__.py"):
        (folder / name).write_bytes(pickle.dumps(Trap(trace)))
    assert octavo.load(folder, "cpu").generate("a", max_new_tokens=2)
    (folder / "model.safetensors").write_bytes(pickle.dumps(Trap(trace)))
    with pytest.raises(Exception, match=r"model\.safetensors"):
        octavo.load(folder, "cpu")
    (folder / "model.safetensors").unlink()
    with pytest.raises(ValueError, match=r"no model\.safetensors"):
        octavo.load(folder, "cpu")
    assert not trace.exists()

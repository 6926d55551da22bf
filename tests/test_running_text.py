"""Language models on running text, recurrent and of bounded sight. L length, B batch."""

import copy
import dataclasses
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F

import octavo
from octavo.data.batching import StreamConfig
from octavo.evaluation.contexts import ContextsConfig
from octavo.evaluation.dynamic import while_learning
from octavo.measuring import Measuring, evaluate
from octavo.models.language_model import LanguageModel
from octavo.runs import Run
from octavo.training.dynamic import DynamicConfig
from octavo.writers.transformer import (
    ModernTransformerWriterConfig,
    TransformerWriter,
    TransformerWriterConfig,
)
from tests.bounded import BoundedWriter

CONTEXT, CHANGE = 6, 74


@pytest.fixture(scope="module")
def recurrent(language_model_run: Path) -> Run:
    return octavo.load(language_model_run, "cpu").run


@pytest.fixture(scope="module")
def bounded(recurrent: Run) -> Run:
    torch.manual_seed(1)
    model = copy.deepcopy(recurrent.model)
    assert isinstance(model, LanguageModel)
    model.writer = BoundedWriter(size=256, context=CONTEXT).float()
    return dataclasses.replace(recurrent, model=model)


@pytest.fixture
def text(tmp_path: Path) -> str:
    (tmp_path / "text.txt").write_text("to be or not to be, that is the question: to be or not\n" * 4)
    return str(tmp_path / "text.txt")


def test_contexts_stand_beside_a_runs_own_metrics(recurrent: Run, text: str) -> None:
    asked = ContextsConfig(contexts=(4, 9), stride=3)
    measured = evaluate(recurrent, source=text, measuring=Measuring(contexts=asked))
    assert measured["contexts"]["stride"] == 3
    for context in (4, 9):
        row = measured["contexts"]["by_length"][str(context)]
        assert (row["at_least"], row["bytes"]) == (context - 2, 4 * 55 - 9)
        assert "standard_error" not in row
    sample = dataclasses.replace(asked, stride=1, sample=50)
    measured = evaluate(recurrent, source=text, measuring=Measuring(contexts=sample))
    assert (measured["contexts"]["sample"], measured["contexts"]["seed"]) == (50, 0)
    assert all(row["standard_error"] > 0 and row["bytes"] == 50 for row in measured["contexts"]["by_length"].values())


def test_a_last_character_costs_what_inspecting_its_window_says(bounded: Run, recurrent: Run, text: str) -> None:
    """Without a token before the text: the first character of a window is given to the writer, not scored."""
    tokens = np.frombuffer(Path(text).read_bytes(), np.uint8).astype(np.int64)
    for run in (bounded, recurrent):
        assert isinstance(run.model, LanguageModel)
        writer, bits = run.model.writer, []
        for place in range(CONTEXT, len(tokens)):
            inputs_L1 = torch.from_numpy(tokens[place - CONTEXT : place, None])
            with torch.no_grad():
                logits_V = writer.head(writer(inputs_L1, writer.begin(None, 1)).states_LBD[-1, 0])
            bits.append(-float(logits_V.log_softmax(-1)[tokens[place]]) / math.log(2))
        asked = Measuring(contexts=ContextsConfig(contexts=(CONTEXT,)), tokens=1)
        row = evaluate(run, source=text, measuring=asked)["contexts"]["by_length"][str(CONTEXT)]
        assert row["bits_per_byte"] == pytest.approx(float(np.mean(bits)), rel=1e-5)


@pytest.mark.parametrize("rule", ["sgd", "rms"])
def test_dynamic_evaluation_helps_where_a_text_repeats_itself_and_leaves_no_trace(
    recurrent: Run, text: str, rule: str
) -> None:
    before = copy.deepcopy(recurrent.model.state_dict())
    config = DynamicConfig(rule=rule, rate={"sgd": 1.0, "rms": 0.002}[rule], segment=10, batches=5)  # pyrefly: ignore
    measured = evaluate(recurrent, source=text, measuring=Measuring(dynamic=config))
    assert measured["dynamic"]["without_bits_per_byte"] == pytest.approx(measured["bits_per_byte"], rel=1e-5)
    assert measured["dynamic"]["bits_per_byte"] < measured["bits_per_byte"] - 0.1
    assert (measured["dynamic"]["tokens"], measured["dynamic"]["rule"]) == (220, rule)
    assert all(torch.equal(weight, before[name]) for name, weight in recurrent.model.state_dict().items())


def test_of_bounded_sight_every_segment_is_given_all_that_can_be_seen(bounded: Run, text: str) -> None:
    """A segment of one is the exact context; the first characters have less before them."""
    config = DynamicConfig(rule="sgd", rate=1e-30, segment=1)
    measured = evaluate(bounded, source=text, measuring=Measuring(dynamic=config, tokens=40))["dynamic"]
    assert measured["tokens"] == 40
    assert isinstance(bounded.model, LanguageModel)
    writer, ids = bounded.model.writer, [ord("\n"), *Path(text).read_bytes()[:40]]
    nats = 0.0
    for place in range(1, 41):
        inputs_L1 = torch.tensor([ids[max(place - CONTEXT, 0) : place]]).T
        with torch.no_grad():
            logits_V = writer.head(writer(inputs_L1, writer.begin(None, 1)).states_LBD[-1, 0])
        nats -= float(logits_V.log_softmax(-1)[ids[place]])
    assert measured["bits_per_byte"] == pytest.approx(nats / math.log(2) / 40, rel=1e-5)
    longer = dataclasses.replace(config, segment=50)
    assert evaluate(bounded, source=text, measuring=Measuring(dynamic=longer))["dynamic"]["tokens"] == 220


@pytest.mark.parametrize("kind", ["published", "rotary", "learned"])
@pytest.mark.parametrize("rule", ["sgd", "rms"])
def test_of_bounded_sight_it_never_looks_ahead_either(
    recurrent: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, rule: str
) -> None:
    """Another future, from the middle of a segment on, leaves what came before it as it was, to the bit."""
    run = dataclasses.replace(recurrent, model=_with_transformer(recurrent, kind))
    text = b"to be or not to be, that is the question: " * 3
    changed = text[:CHANGE] + bytes(byte ^ 1 for byte in text[CHANGE:])
    config = DynamicConfig(rule=rule, rate={"sgd": 0.5, "rms": 0.005}[rule], segment=10, batches=2)  # pyrefly: ignore
    one_T, other_T, fixed_T = (
        _nats_of_each(run, tmp_path / "text.txt", given, wanted, monkeypatch)
        for given, wanted in ((text, config), (changed, config), (text, dataclasses.replace(config, rate=1e-30)))
    )
    assert torch.equal(one_T[:CHANGE], other_T[:CHANGE])
    assert (one_T[CHANGE:] != other_T[CHANGE:]).all()
    assert torch.equal(one_T[:10], fixed_T[:10]), "nothing is learned before it is scored"
    assert (one_T[10:CHANGE] != fixed_T[10:CHANGE]).all()


def _with_transformer(run: Run, kind: str) -> LanguageModel:
    """Its model with a transformer that sees 16 tokens: segments of 10 are given 6 that were scored before."""
    torch.manual_seed(1)
    sizes: dict[str, Any] = {"width": 16, "layers": 2, "heads": 2, "filter": 32, "context": 16}
    modern = ModernTransformerWriterConfig(**sizes, rotary=kind == "rotary")
    model = copy.deepcopy(run.model)
    assert isinstance(model, LanguageModel)
    config = TransformerWriterConfig(**sizes) if kind == "published" else modern
    model.writer = TransformerWriter(config, run.codec.alphabet)
    return model


def _nats_of_each(
    run: Run, path: Path, text: bytes, config: DynamicConfig, monkeypatch: pytest.MonkeyPatch
) -> torch.Tensor:
    """Every token's nats, from a model that learns on its way: the last that were scored."""
    scored: list[torch.Tensor] = []

    def recorded(*given: Any) -> Iterator[torch.Tensor]:
        for nats_SB in while_learning(*given):
            scored.append(nats_SB[:, 0])
            yield nats_SB

    path.write_bytes(text)
    with monkeypatch.context() as patch:
        patch.setattr("octavo.running_text.while_learning", recorded)
        evaluate(run, source=str(path), measuring=Measuring(dynamic=config))
    return torch.cat(scored)[-len(text) :]


def test_words_are_counted_and_share_the_whole_cost(recurrent: Run, text: str) -> None:
    measured = evaluate(recurrent, source=text, measuring=Measuring(words=True))
    assert measured["words"] == 4 * (14 + 1), "fourteen words and the end of the line, four times"
    assert measured["word_perplexity"] == pytest.approx(2 ** (measured["bits_per_byte"] * 220 / 60))


def test_what_cannot_be_measured_so_is_told_before_anything_is(
    bounded: Run, autoencoder_run: Path, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("octavo.measuring.sums", lambda *given: pytest.fail("measured first"))
    with pytest.raises(ValueError, match="context 7: this run's writer sees 6 characters at most"):
        evaluate(bounded, source=text, measuring=Measuring(contexts=ContextsConfig(contexts=(3, 7))))
    with pytest.raises(ValueError, match="of 220 tokens 217 have 3 before them, of which 999 are wanted"):
        evaluate(bounded, source=text, measuring=Measuring(contexts=ContextsConfig(contexts=(3,), sample=999)))
    autoencoder = octavo.load(autoencoder_run, "cpu").run
    with pytest.raises(ValueError, match="lstm-autoencoder is no language model"):
        evaluate(autoencoder, measuring=Measuring(dynamic=DynamicConfig()))


def test_windows_are_read_anew_from_the_token_before_each(bounded: Run, recurrent: Run, text: str) -> None:
    tokens = torch.tensor([10, *Path(text).read_bytes()])
    for run in (bounded, recurrent):
        measured = evaluate(run, source=text, measuring=Measuring(windows=5))["windows"]
        assert isinstance(run.model, LanguageModel)
        total = 0.0
        for begin in range(0, len(tokens) - 1, 5):
            window_L = tokens[begin : begin + 6]
            writer = run.model.writer
            written = writer(window_L[:-1, None], writer.begin(None, 1))
            logits_LV = writer.head(written.states_LBD[:, 0]).double()
            total += F.cross_entropy(logits_LV, window_L[1:], reduction="sum").item()
        assert measured["tokens"] == len(tokens) - 1
        assert measured["nats"] == pytest.approx(total / (len(tokens) - 1), rel=1e-5)


def test_baselines_stand_beside_a_runs_own_metrics(recurrent: Run, text: str) -> None:
    baselines = evaluate(recurrent, source=text, measuring=Measuring(baselines=True))["baselines"]
    assert baselines.keys() == {"order_0", "order_3", "xz_9"}
    assert all(0 < bits < 8 for bits in baselines.values())


def test_baselines_are_of_the_text_that_was_measured(
    recurrent: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "text.txt").write_bytes(b"a" * 300 + b"b" * 300)
    monkeypatch.setattr("octavo.extent.WINDOW", 1)
    given: list[bytes] = []
    monkeypatch.setattr("octavo.measuring.xz", lambda train, text: given.append(text) or 1.0)
    batching, path = recurrent.recipe.data.batching, str(tmp_path / "text.txt")
    assert isinstance(batching, StreamConfig)
    window = batching.window
    evaluate(recurrent, source=path, measuring=Measuring(baselines=True))
    evaluate(recurrent, source=path, rows=2, measuring=Measuring(baselines=True, tokens=window))
    evaluate(recurrent, source=path, rows=2, measuring=Measuring(baselines=True, tokens=2 * window + 1))
    parts = [b"a" * length + b"b" * length for length in (300, window, 2 * window)]
    assert given == parts

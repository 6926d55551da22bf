"""What is measured of a language model on running text: exact contexts, dynamic evaluation.

S last tokens, B windows side by side, V vocabulary.
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import numpy as np
import torch
from torch import Tensor

from octavo.data.batching import StreamConfig, in_order
from octavo.data.codecs import Codec
from octavo.data.prepare import prepare
from octavo.data.store import Store
from octavo.data.streams import windows_at
from octavo.evaluation.contexts import SIDE_BY_SIDE, ContextsConfig, Contextual, Expect, by_context
from octavo.evaluation.dynamic import Piece, as_it_is, while_learning
from octavo.evaluation.likelihood import Scale, readable
from octavo.generation.windows import Window, windowed
from octavo.interfaces import Batch, Mean, State, Writer, detach_state
from octavo.models.language_model import LanguageModel
from octavo.runs import Run
from octavo.training.dynamic import DynamicConfig, Dynamics, GradientSizes, restored


def at_contexts(run: Run, store: Store, asked: ContextsConfig) -> dict[str, Any]:
    """Bits and accuracy of the last character of windows of each length, and how they were taken."""
    writer, codec = _writer_of(run), run.codec
    _check_contexts(writer, asked)

    def cut(starts_B: np.ndarray, length: int) -> Batch:
        return windows_at(store, codec.alphabet, starts_B, np.full_like(starts_B, length))

    rows = by_context(_expecting(writer), cut, len(store.tokens), asked, run.device)
    sampled = {} if asked.sample is None else {"sample": asked.sample, "seed": asked.seed}
    by_length = {str(row.context): _contextual(row, asked, codec) for row in rows}
    return {"stride": asked.stride, **sampled, "by_length": by_length}


@torch.no_grad()
def in_windows(run: Run, store: Store, window: int) -> dict[str, Any]:
    """The mean nats of a token over all places of windows that are read anew, from the token before each on."""
    _writer_of(run)
    found, rows = Mean(0.0, 0), max(1, SIDE_BY_SIDE // window)
    starts_N = np.arange(0, len(store.tokens), window)
    for starts_B in np.split(starts_N, range(rows, len(starts_N), rows)):
        lengths_B = np.minimum(len(store.tokens) - starts_B, window)
        batch = windows_at(store, run.codec.alphabet, starts_B, lengths_B).map(lambda tensor: tensor.to(run.device))
        nats_LB, _ = run.model.score(batch, None)  # type: ignore[operator]
        found += Mean(float(nats_LB.double().sum()), int(batch.lengths_B.sum()))
    return {"window": window, "nats": found.value, "tokens": found.count}


def dynamically(run: Run, store: Store, config: DynamicConfig, scale: Scale, tokens: int | None) -> dict[str, Any]:
    """The likelihood of a text from which the model learns on its way, beside that of the model as it is."""
    writer = _writer_of(run)
    expect = _expecting(writer)
    as_trained = _nats(as_it_is(expect, _pieces(run, store, config.segment, tokens), run.device))
    with restored(writer):
        sizes = _training_sizes(run, expect, config) if config.rule == "rms" else None
        dynamics = Dynamics(writer, config, sizes)
        pieces = _pieces(run, store, config.segment, tokens)
        learned = _nats(while_learning(expect, pieces, dynamics.learn, run.device))
    settings = {"rule": config.rule, "rate": config.rate, "decay": config.decay, "segment": config.segment}
    return {
        **{name: value for name, (value, _) in readable({"nats": learned}, scale).items()},
        **{f"without_{name}": value for name, (value, _) in readable({"nats": as_trained}, scale).items()},
        **settings,
        "tokens": int(learned.count),
    }


def expected(run: Run, batches: Iterable[Batch], window: Window | None) -> Iterator[tuple[Batch, Tensor]]:
    """What a language model expects at each token, logits_LBV, its state going on where a batch continues.

    Beyond what its writer sees it goes by this window.
    """
    writer = windowed(_language_model(run).writer, window)
    state: State = None
    for batch in batches:
        begun = state if batch.continues else writer.begin(None, len(batch.lengths_B))
        written = writer(batch.inputs_LB, begun)
        state = written.state
        yield batch, writer.head(written.states_LBD)


def _training_sizes(run: Run, expect: Expect, config: DynamicConfig) -> list[Tensor]:
    """Of the first segments of the text that the run was trained on."""
    found = GradientSizes(_writer_of(run))
    train = prepare(run.recipe.data, codec=run.codec).train
    pieces = islice(_pieces(run, train, config.segment, None), config.batches)
    for _ in while_learning(expect, pieces, found.learn, run.device):
        pass
    return found.sizes()


def _pieces(run: Run, store: Store, segment: int, tokens: int | None) -> Iterator[Piece]:
    """A text's segments: with the state carried on or, of a writer of bounded sight, with all before that it sees."""
    alphabet, writer, end = run.codec.alphabet, _writer_of(run), min(len(store.tokens), tokens or len(store.tokens))
    if writer.context is None:
        batches = in_order(store, StreamConfig(window=segment), alphabet, rows=1)
        yield from (Piece(batch, len(batch.tokens_LB)) for batch in islice(batches, -(-end // segment)))
        return
    segment = min(segment, writer.context)
    for start in range(0, end, segment):
        fresh = min(segment, end - start)
        begin = max(start + fresh - writer.context, 0)
        places_1, length_1 = np.array([begin]), np.array([start + fresh - begin])
        yield Piece(windows_at(store, alphabet, places_1, length_1), fresh)


def _expecting(writer: Writer) -> Expect:
    """What the writer says of a batch's last tokens."""

    def expect(batch: Batch, last: int, carry: State) -> tuple[Tensor, State]:
        state = writer.begin(None, len(batch.lengths_B)) if carry is None else carry
        # cuDNN's recurrent layers have a gradient in training mode alone.
        with torch.backends.cudnn.flags(enabled=False):
            written = writer(batch.inputs_LB, state)
        return writer.head(written.states_LBD[-last:]).float(), detach_state(written.state)

    return expect


def _writer_of(run: Run) -> Writer:
    """A language model's writer, where its text is one stream."""
    model = _language_model(run)
    if run.codec.alphabet.end is not None:
        raise ValueError(f"{run.recipe.name} reads documents: contexts and dynamic evaluation need running text")
    return model.writer


def _language_model(run: Run) -> LanguageModel:
    if not isinstance(run.model, LanguageModel):
        raise ValueError(
            f"{run.recipe.name} is no language model: contexts, windows and dynamic evaluation are of those"
        )
    return run.model


def _check_contexts(writer: Writer, asked: ContextsConfig) -> None:
    longest = max(asked.contexts)
    if writer.context is not None and not writer.rolls and longest > writer.context:
        raise ValueError(f"context {longest}: this run's writer sees {writer.context} characters at most")


def _contextual(row: Contextual, asked: ContextsConfig, codec: Codec) -> dict[str, Any]:
    least = {} if asked.stride == 1 else {"at_least": row.context - asked.stride + 1}
    error = {} if asked.sample is None else {"standard_error": row.standard_error}
    if asked.sample and row.context != asked.contexts[0]:
        error |= {"bits_saved": row.bits_saved, "bits_saved_error": row.bits_saved_error}
    return {
        **least,
        f"bits_per_{codec.unit}": row.bits,
        **error,
        "accuracy": row.hits / row.count,
        f"{codec.unit}s": row.count,
    }


def _nats(pieces: Iterator[Tensor]) -> Mean:
    nats = [(float(nats_SB.double().sum()), nats_SB.numel()) for nats_SB in pieces]
    return Mean(sum(total for total, _ in nats), sum(count for _, count in nats))

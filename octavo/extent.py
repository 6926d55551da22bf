"""How much of a store is measured: every token once, or its first batches; and what a token stands for."""

import dataclasses
from collections.abc import Iterable, Iterator

import numpy as np

from octavo.data.batching import BatchingConfig, in_order
from octavo.data.chosen import chosen, drawn
from octavo.data.codecs import Codec
from octavo.data.prepare import DataConfig
from octavo.data.store import Store
from octavo.evaluation.likelihood import Scale
from octavo.evaluation.seen import Seen
from octavo.interfaces import Batch, TextModel
from octavo.texts import LONGEST, WINDOW, window_of

BLOCK = 1 << 22  # tokens counted in one go
TEXTS_SEED = 0  # by which texts are drawn, where some are measured for all


def whole(
    store: Store, data: DataConfig, codec: Codec, model: TextModel, rows: int, among: np.ndarray | None = None
) -> Iterable[Batch]:
    """Every token of a store once: long windows are exact by their carry, of a stream and of documents.

    A model that must see documents whole sees LONGEST tokens of each, or as many as in training.
    """
    batching, window = data.batching, window_of(model)
    if batching.kind == "stream":
        batching = dataclasses.replace(batching, window=max(batching.window, WINDOW))
    if batching.kind in ("documents", "pairs"):
        longest = None if window else max(LONGEST, batching.longest or 0)
        batching = dataclasses.replace(batching, longest=longest, too_long="cut")
    return in_order(store, batching, codec.alphabet, rows, window, among)


def first_tokens(
    store: Store, data: DataConfig, codec: Codec, model: TextModel, rows: int, tokens: int | None
) -> Iterable[Batch]:
    """All of a store, or whole batches of it until so many tokens have been seen.

    Documents then keep their order: of a chunk sorted by length the first would be the shortest.
    """
    if tokens and data.batching.kind in ("documents", "pairs"):
        data = dataclasses.replace(data, batching=dataclasses.replace(data.batching, bucket=1))
    return up_to(whole(store, data, codec, model, rows), tokens)


def some_texts(
    store: Store, data: DataConfig, codec: Codec, model: TextModel, rows: int, texts: int
) -> Iterator[Batch]:
    """So many texts of a store, drawn alike for every model since a file may be sorted by label, or all there are.

    Those of like length stand side by side. Of a stream, whose windows go on from one another, the first batches.
    """
    batching = data.batching
    if batching.kind in ("documents", "pairs"):
        data = dataclasses.replace(data, batching=dataclasses.replace(batching, bucket=-(-texts // rows)))
    seen = 0
    for batch in whole(store, data, codec, model, rows, _drawn(store, batching, texts)):
        if seen >= texts:
            return
        seen += len(batch.lengths_B)
        yield batch


def _drawn(store: Store, batching: BatchingConfig, texts: int) -> np.ndarray | None:
    """The numbers of the documents, or windows, to take; None being all."""
    if batching.kind == "stream" or (batching.kind == "windows" and not batching.apart):
        return None
    if batching.kind == "windows":
        return np.sort(drawn(-(-len(store.tokens) // batching.window), texts, TEXTS_SEED))
    longest = batching.longest if batching.kind == "samples" else None  # the others cut what is longer
    return np.sort(chosen(store, texts, longest, TEXTS_SEED))


def scale(store: Store, codec: Codec) -> Scale:
    """What a token of this store stands for."""
    tokens, ends = len(store.tokens), 0 if codec.alphabet.end is None else len(store)
    return Scale(codec.unit, store.bytes / tokens, max(tokens - ends, 1) / tokens)


def scale_of(seen: Seen, store: Store, codec: Codec) -> Scale:
    """What a token stands for of those that were measured, whatever the rest of the store is like."""
    tokens = max(seen.tokens, 1)
    units = tokens - seen.share(codec.alphabet.end) * tokens
    return Scale(codec.unit, bytes_of(seen, store, codec) / tokens, max(units, 1) / tokens)


def bytes_of(seen: Seen, store: Store, codec: Codec) -> float:
    """The store's bytes of text, or the measured tokens' share of them: exact where every id's bytes are known."""
    if seen.tokens == len(store.tokens):
        return store.bytes
    all_V = np.zeros(codec.alphabet.size, np.int64)
    for begin in range(0, len(store.tokens), BLOCK):
        all_V += np.bincount(store.tokens[begin : begin + BLOCK], minlength=len(all_V))
    spoken_V = codec.spoken_V
    return store.bytes * int(seen.counts_V.numpy() @ spoken_V) / max(int(all_V @ spoken_V), 1)


def up_to(batches: Iterable[Batch], tokens: int | None) -> Iterable[Batch]:
    """Whole batches, until so many tokens have been seen."""
    seen = 0
    for batch in batches:
        if tokens is not None and seen >= tokens:
            return
        seen += int(batch.lengths_B.sum())
        yield batch

"""Batches of a store: a pure function of the step, the same however many ranks share them."""

import dataclasses
from collections.abc import Iterator
from typing import Annotated

import numpy as np
from pydantic import Discriminator

from octavo.data.documents import Documents, documents_in_order
from octavo.data.documents import DocumentsConfig as DocumentsConfig
from octavo.data.documents import PairsConfig as PairsConfig
from octavo.data.few_labels import FewLabels
from octavo.data.mutation import to_be_mended
from octavo.data.samples import Inside, Samples, anywhere
from octavo.data.samples import SamplesConfig as SamplesConfig
from octavo.data.store import Store
from octavo.data.streams import Stream, Windows, apart_in_order, stream_in_order
from octavo.data.streams import StreamConfig as StreamConfig
from octavo.data.streams import WindowsConfig as WindowsConfig
from octavo.interfaces import Alphabet, Batch

BatchingConfig = Annotated[
    StreamConfig | WindowsConfig | DocumentsConfig | PairsConfig | SamplesConfig, Discriminator("kind")
]


class Batches:
    """The training batches of a store.

    `counts` says how many documents were cut or dropped for their length. With `mutate` each text is to be written
    from itself with a share of its tokens replaced, uniform from 0 up to that one. `inside` is the codec's own: no text
    is cut there.
    """

    def __init__(
        self,
        store: Store,
        config: BatchingConfig,
        alphabet: Alphabet,
        seed: int,
        mutate: float = 0.0,
        inside: Inside = anywhere,
    ) -> None:
        self._plan = _plan(store, config, alphabet, seed, inside)
        self._alphabet, self._seed, self._mutate = alphabet, seed, mutate
        self.steps_per_epoch = self._plan.steps_per_epoch
        self.counts = {} if isinstance(self._plan, Stream | Windows) else self._plan.counts
        self.rows_are = "the text from tokens" if isinstance(self._plan, Stream | Windows) else "documents"

    def batch(self, step: int, rank: int = 0, ranks: int = 1) -> Batch:
        """The batch of a step, or this rank's columns of it: every `ranks`-th from `rank`."""
        if ranks > self._plan.smallest_batch:
            rows = self._plan.smallest_batch
            raise ValueError(f"a batch of {rows} cannot be shared among {ranks} ranks: enlarge it or take fewer ranks")
        columns = slice(rank, None, ranks)
        batch = self._plan.batch(step, columns)
        return to_be_mended(batch, self._alphabet, self._mutate, self._seed, step, columns) if self._mutate else batch


def in_order(
    store: Store,
    config: BatchingConfig,
    alphabet: Alphabet,
    rows: int,
    window: int | None = None,
    among: np.ndarray | None = None,
) -> Iterator[Batch]:
    """All of a store once, for evaluation, `rows` texts side by side; or `among` its documents, or windows apart, some.

    A stream comes as windows that continue each other, documents sorted by length inside chunks: fewer side by side
    where they are long, and those longer than a `window`, if one is given, in windows too. What a document has beyond
    `longest` is cut or dropped as in training.
    """
    if isinstance(config, WindowsConfig) and config.apart:
        return apart_in_order(store, config.window, alphabet, rows, among)
    if isinstance(config, StreamConfig | WindowsConfig):
        return stream_in_order(store, config.window, alphabet, rows)
    if isinstance(config, SamplesConfig):
        config = DocumentsConfig(longest=config.longest, too_long="drop")
    return documents_in_order(store, dataclasses.replace(config, batch=rows), alphabet, window, among)


def _plan(
    store: Store, config: BatchingConfig, alphabet: Alphabet, seed: int, inside: Inside
) -> Stream | Windows | Documents | FewLabels | Samples:
    match config:
        case StreamConfig():
            return Stream(store, config, alphabet)
        case WindowsConfig():
            return Windows(store, config, alphabet, seed)
        case DocumentsConfig(labels=int()) | DocumentsConfig(unlabelled=True):
            return FewLabels(store, config, alphabet, seed)
        case DocumentsConfig() | PairsConfig():
            return Documents(store, config, alphabet, seed)
        case SamplesConfig():
            return Samples(store, config, alphabet, seed, inside)

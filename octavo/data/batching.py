"""Batches of a store: a pure function of the step, the same however many ranks share them."""

import dataclasses
from collections.abc import Iterator
from typing import Annotated

from pydantic import Discriminator

from octavo.data.documents import Documents, documents_in_order
from octavo.data.documents import DocumentsConfig as DocumentsConfig
from octavo.data.documents import PairsConfig as PairsConfig
from octavo.data.store import Store
from octavo.data.streams import Stream, Windows, stream_in_order
from octavo.data.streams import StreamConfig as StreamConfig
from octavo.data.streams import WindowsConfig as WindowsConfig
from octavo.interfaces import Alphabet, Batch

BatchingConfig = Annotated[StreamConfig | WindowsConfig | DocumentsConfig | PairsConfig, Discriminator("kind")]

_KINDS = {"stream": Stream, "windows": Windows, "documents": Documents, "pairs": Documents}


class Batches:
    """The training batches of a store; `counts` says how many documents were cut or dropped."""

    def __init__(self, store: Store, config: BatchingConfig, alphabet: Alphabet, seed: int) -> None:
        self._plan = _KINDS[config.kind](store, config, alphabet, seed)
        self.steps_per_epoch: int = self._plan.steps_per_epoch
        self.counts: dict[str, int] = getattr(self._plan, "counts", {})

    def batch(self, step: int, rank: int = 0, ranks: int = 1) -> Batch:
        """The batch of a step, or this rank's columns of it: every `ranks`-th from `rank`."""
        return self._plan.batch(step, slice(rank, None, ranks))


def in_order(store: Store, config: BatchingConfig, alphabet: Alphabet, rows: int) -> Iterator[Batch]:
    """All of a store once, for evaluation, `rows` texts side by side."""
    if config.kind in ("stream", "windows"):
        return stream_in_order(store, config, alphabet, rows)
    return documents_in_order(store, dataclasses.replace(config, batch=rows), alphabet)

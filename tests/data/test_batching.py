from collections.abc import Callable

import pytest
import torch
from pydantic import TypeAdapter, ValidationError

from octavo.config import shrink
from octavo.data.batching import (
    Batches,
    BatchingConfig,
    DocumentsConfig,
    PairsConfig,
    StreamConfig,
    WindowsConfig,
)
from octavo.data.codecs import Bytes
from octavo.data.store import Store
from octavo.interfaces import Batch

MakeStore = Callable[..., Store]
ALPHABET = Bytes(documents=True).alphabet
PAIRS = [(b"x" * (1 + number % 5), b"y" * (1 + number % 3)) for number in range(23)]
CONFIGS = [
    StreamConfig(batch=5, window=7),
    WindowsConfig(batch=5, window=7),
    DocumentsConfig(batch=5),
    PairsConfig(batch=5),
]


def columns(batch: Batch) -> list[list[int]]:
    lengths = batch.lengths_B.tolist()
    texts = [batch.tokens_LB[:length, column].tolist() for column, length in enumerate(lengths)]
    sources = columns(batch.source) if batch.source else [[]] * len(lengths)
    return [
        [*text, int(before), *source] for text, before, source in zip(texts, batch.previous_B, sources, strict=True)
    ]


@pytest.mark.parametrize("config", CONFIGS, ids=lambda config: config.kind)
@pytest.mark.parametrize("ranks", [2, 3])
def test_ranks_share_the_batch_that_one_would_have(config: BatchingConfig, ranks: int, make_store: MakeStore) -> None:
    batches = Batches(make_store(PAIRS), config, ALPHABET, seed=1)
    for step in (0, 1, batches.steps_per_epoch + 1):
        whole = batches.batch(step)
        for rank in range(ranks):
            part = batches.batch(step, rank, ranks)
            assert columns(part) == columns(whole)[rank::ranks]
            assert part.continues == whole.continues
            assert whole.documents_B is not None
            assert part.documents_B is not None
            assert torch.equal(part.documents_B, whole.documents_B[rank::ranks])


@pytest.mark.parametrize("config", CONFIGS, ids=lambda config: config.kind)
def test_no_rank_goes_without_a_text(config: BatchingConfig, make_store: MakeStore) -> None:
    batches = Batches(make_store(PAIRS), config, ALPHABET, seed=1)
    for rank in (0, 5):
        with pytest.raises(ValueError, match=r"cannot be shared among 6 ranks"):
            batches.batch(0, rank, ranks=6)


@pytest.mark.parametrize("config", CONFIGS, ids=lambda config: config.kind)
def test_configurations_are_told_apart_checked_and_shrunk(config: BatchingConfig) -> None:
    adapter = TypeAdapter(BatchingConfig)
    assert adapter.validate_python(adapter.dump_python(config)) == config
    with pytest.raises(ValidationError):
        adapter.validate_python({"kind": config.kind, "batch": 0})
    assert shrink(type(config)()).batch == 4

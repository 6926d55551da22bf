"""Tokens are counted on their way."""

import torch

from octavo.evaluation.seen import Seen
from tests.batches import STREAM, batch_of


def test_tokens_are_counted_as_they_pass_and_what_fills_up_is_not() -> None:
    batches = [batch_of([5, 3], STREAM, seed=1), batch_of([1], STREAM, seed=2)]
    seen = Seen(iter(batches), STREAM.size)
    assert seen.tokens == 0
    assert [batch is there for batch, there in zip(seen, batches, strict=True)] == [True, True]
    tokens = [int(token) for batch in batches for token in batch.tokens_LB[batch.valid_LB]]
    assert seen.counts_V.tolist() == torch.bincount(torch.tensor(tokens), minlength=STREAM.size).tolist()
    assert seen.tokens == 9
    assert seen.share(tokens[0]) == tokens.count(tokens[0]) / 9
    assert seen.share(None) == 0

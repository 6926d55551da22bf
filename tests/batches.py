"""Small batches by hand, for the tests of parts and models. Shapes: L length, B batch."""

import dataclasses
from collections.abc import Sequence

import torch
from torch import Tensor

from octavo.interfaces import Alphabet, Batch

STREAM = Alphabet(12, 10)
DOCUMENTS = Alphabet(13, 12, 12)
LABELS = 3
LENGTHS = (7, 4, 1, 6)


def batch_of(lengths: Sequence[int] = LENGTHS, alphabet: Alphabet = DOCUMENTS, seed: int = 0) -> Batch:
    """Random texts of these lengths, with labels and with sources of other lengths."""
    source = _texts([length % 5 + 1 for length in lengths], alphabet, seed + 1)
    labels_B = torch.arange(len(lengths)) % LABELS
    return dataclasses.replace(_texts(lengths, alphabet, seed), labels_B=labels_B, source=source)


def rows_of(batch: Batch, rows: Sequence[int]) -> Batch:
    """Some of the texts, side by side, cut to the longest of them."""
    chosen = batch.map(lambda tensor: tensor[..., list(rows)])
    return _cut(chosen)


def padded_with(batch: Batch, token: int) -> Batch:
    """The same texts with another token after each one's end, in two more positions at least."""
    source = None if batch.source is None else padded_with(batch.source, token)
    tokens_LB = torch.cat([batch.tokens_LB, batch.tokens_LB[:2]])
    longer = dataclasses.replace(batch, tokens_LB=tokens_LB, source=source)
    return dataclasses.replace(longer, tokens_LB=tokens_LB.where(longer.valid_LB, token))


def window_of(batch: Batch, begin: int, end: int) -> Batch:
    """The stretch of every text between two positions, which goes on from the one before."""
    assert bool((batch.lengths_B == len(batch.tokens_LB)).all())
    previous_B = batch.inputs_LB[begin]
    lengths_B = torch.full_like(batch.lengths_B, end - begin)
    tokens_LB = batch.tokens_LB[begin:end]
    return dataclasses.replace(
        batch, tokens_LB=tokens_LB, lengths_B=lengths_B, previous_B=previous_B, continues=begin > 0
    )


def _texts(lengths: Sequence[int], alphabet: Alphabet, seed: int) -> Batch:
    lengths_B, chance = torch.tensor(lengths), torch.Generator().manual_seed(seed)
    tokens_LB = torch.randint(alphabet.size - 1, (max(lengths), len(lengths)), generator=chance)
    batch = Batch(
        tokens_LB, lengths_B, torch.full_like(lengths_B, alphabet.begin), documents_B=torch.arange(len(lengths))
    )
    if alphabet.end is not None:
        tokens_LB[lengths_B - 1, torch.arange(len(lengths))] = alphabet.end
    return dataclasses.replace(batch, tokens_LB=tokens_LB.where(batch.valid_LB, alphabet.begin))


def _cut(batch: Batch) -> Batch:
    longest = int(batch.lengths_B.max())
    source = None if batch.source is None else _cut(batch.source)
    return dataclasses.replace(batch, tokens_LB=batch.tokens_LB[:longest], source=source)


def perturbed(tokens_LB: Tensor, position: int, alphabet: Alphabet = DOCUMENTS) -> Tensor:
    """Every text with another token in one position."""
    changed_LB = tokens_LB.clone()
    changed_LB[position] = (changed_LB[position] + 1) % alphabet.size
    return changed_LB

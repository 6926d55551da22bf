"""What a character costs given exactly so many before it (Al-Rfou et al. 2019, Table 2).

W windows of a text, S tokens scored at each one's end, B windows side by side, V vocabulary, N tokens scored.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from pydantic import PositiveInt
from torch import Tensor

from octavo.config import config
from octavo.interfaces import Batch, State

Expect = Callable[[Batch, int, State], tuple[Tensor, State]]  # logits_SBV of the last so many tokens, and the carry
Cut = Callable[[np.ndarray, int], Batch]  # windows of a text from their starts and their length

SIDE_BY_SIDE = 8192  # tokens of all windows together


@config
class ContextsConfig:
    """Which contexts are compared, and on which characters: all contexts on the same.

    With a stride of S every window scores its last S characters, given C - S + 1 to C before them: 1 is exact. With
    `sample` it is so many characters, drawn from the seed, each given exactly C.
    """

    contexts: tuple[PositiveInt, ...]
    stride: PositiveInt = 1
    sample: PositiveInt | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        if self.stride > min(self.contexts):
            raise ValueError(f"stride {self.stride}: it may be as long as the shortest context, {min(self.contexts)}")
        if self.sample and self.stride > 1:
            raise ValueError(f"stride {self.stride}: a sample's characters are scored one by one, with stride 1")


class Contextual(NamedTuple):
    """What was found at one context: sums over `count` characters.

    `saved` are the nats that each character of a sample costs less than at the first context, and their squares.
    """

    context: int
    nats: float
    squares: float
    hits: int
    count: int
    saved: tuple[float, float] = (0.0, 0.0)

    @property
    def bits(self) -> float:
        return self.nats / self.count / math.log(2)

    @property
    def standard_error(self) -> float:
        """Of the bits, where the characters are a sample."""
        return _standard_error(self.nats, self.squares, self.count)

    @property
    def bits_saved(self) -> float:
        return self.saved[0] / self.count / math.log(2)

    @property
    def bits_saved_error(self) -> float:
        """Far below that of the bits: what makes a character hard makes it so at every context."""
        return _standard_error(*self.saved, self.count)


@torch.no_grad()
def by_context(
    expect: Expect, cut: Cut, tokens: int, asked: ContextsConfig, device: torch.device
) -> Iterator[Contextual]:
    """A row for each context, all over the same characters of a text of so many tokens."""
    ends_W, fresh_W = places(tokens, asked)
    at_first_N: np.ndarray | None = None
    for context in asked.contexts:
        rows = max(1, SIDE_BY_SIDE // context)
        found: list[tuple[np.ndarray, np.ndarray]] = []
        for begin in range(0, len(ends_W), rows):
            ends_B, fresh_B = ends_W[begin : begin + rows], fresh_W[begin : begin + rows]
            batch = cut(ends_B - context, context).map(lambda tensor: tensor.to(device))
            found.append(_scored(expect, batch, torch.from_numpy(fresh_B).to(device), asked.stride))
        nats_N, right_N = (np.concatenate(parts) for parts in zip(*found, strict=True))
        at_first_N = nats_N if at_first_N is None else at_first_N
        yield _summed(context, nats_N, right_N, at_first_N - nats_N if asked.sample else np.zeros(1))


def places(tokens: int, asked: ContextsConfig) -> tuple[np.ndarray, np.ndarray]:
    """Where each window ends, and how many tokens before its end no other window scores.

    Those that have fewer than the longest context before them are left out of all.

    >>> places(10, ContextsConfig(contexts=(2, 3), stride=2))
    (array([ 5,  7,  9, 10]), array([2, 2, 2, 1]))
    """
    longest = max(asked.contexts)
    if asked.sample is None:
        ends_W = np.append(np.arange(longest, tokens, asked.stride), tokens)
        if tokens > longest:
            return ends_W[1:], np.diff(ends_W)
    elif 0 < asked.sample <= tokens - longest:
        chance = np.random.default_rng(asked.seed)
        ends_W = np.sort(chance.choice(tokens - longest, asked.sample, replace=False)) + longest + 1
        return ends_W, np.ones_like(ends_W)
    wanted = "" if asked.sample is None else f", of which {asked.sample:,} are wanted"
    raise ValueError(f"of {tokens:,} tokens {max(tokens - longest, 0):,} have {longest} before them{wanted}")


def _scored(expect: Expect, batch: Batch, fresh_B: Tensor, stride: int) -> tuple[np.ndarray, np.ndarray]:
    """The nats of the N tokens that a batch of windows scores anew, and whether each was the likeliest."""
    logits_SBV, _ = expect(batch, stride, None)
    truth_SB = batch.tokens_LB[-stride:]
    nats_SB = F.cross_entropy(logits_SBV.flatten(0, 1).double(), truth_SB.flatten(), reduction="none").view_as(truth_SB)
    counted_SB = torch.arange(stride, 0, -1, device=fresh_B.device)[:, None] <= fresh_B
    right_SB = logits_SBV.argmax(-1) == truth_SB
    return nats_SB[counted_SB].cpu().numpy(), right_SB[counted_SB].cpu().numpy()


def _summed(context: int, nats_N: np.ndarray, right_N: np.ndarray, saved_N: np.ndarray) -> Contextual:
    saved = float(saved_N.sum()), float((saved_N**2).sum())
    return Contextual(context, float(nats_N.sum()), float((nats_N**2).sum()), int(right_N.sum()), len(nats_N), saved)


def _standard_error(total: float, squares: float, count: int) -> float:
    """Of a mean of nats, in bits: s / √n."""
    variance = max(squares / count - (total / count) ** 2, 0.0) * count / max(count - 1, 1)
    return math.sqrt(variance / count) / math.log(2)

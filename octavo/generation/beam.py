"""Beam search over any writer's `advance`: the likeliest texts by a rule that weighs their lengths.

N texts, K hypotheses for each, R of them alive and so rows of the state, T tokens so far, V vocabulary.
"""

import dataclasses
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from octavo.generation.choosing import NEVER, without, without_begin
from octavo.interfaces import Alphabet, State, select_state

Advance = Callable[[Tensor, State], tuple[Tensor, State]]
LengthScore = Callable[[int], float]  # from a length, its end counted, to the factor of the summed log-probability


def plain(length: int) -> float:
    """The summed log-probability itself, which favours short texts."""
    return 1.0


def mean(length: int) -> float:
    """The log-probability of a token."""
    return 1.0 / length


@dataclass(frozen=True)
class TowardsSource:
    """A pull towards the source's length plus five: `plain` at α = 0, proportional to `mean` up to there at α = 1.

    ∏ (j + α)/j for j from T to T_trg = source + 5 (Bradbury et al., 2017, equation 9).
    """

    source: int
    alpha: float = 0.6

    def __post_init__(self) -> None:
        if not 0 <= self.alpha < math.inf:
            raise ValueError(f"alpha {self.alpha}: 0 (no pull) or above is wanted, the paper's is 0.6")

    def __call__(self, length: int) -> float:
        return math.prod((j + self.alpha) / j for j in range(length, self.source + 5 + 1))


class Hypothesis(NamedTuple):
    """A text found: its ids without the end, its log-probability in nats with it, and what it was ranked by."""

    ids: list[int]
    log_probability: float
    score: float
    ended: bool


@dataclass(frozen=True)
class _Beams:
    """The hypotheses of all texts, and which texts' search goes on.

    A place that no hypothesis fills has the log-probability −∞.
    """

    ids_NKT: Tensor
    lengths_NK: Tensor
    sums_NK: Tensor
    factors_NK: Tensor
    ended_NK: Tensor
    open_N1: Tensor

    @property
    def alive_NK(self) -> Tensor:
        return self.open_N1 & ~self.ended_NK & (self.sums_NK > NEVER)


@torch.no_grad()
def beam_search(
    advance: Advance,
    state: State,
    previous_B: Tensor,
    alphabet: Alphabet,
    scores: Sequence[LengthScore],
    *,
    beams: int,
    longest: int | Sequence[int],
    wanted: int | None = None,
    barred: Sequence[int] = (),
) -> list[list[Hypothesis]]:
    """For each text of the state, up to `beams` hypotheses of at most `longest` tokens, the best first.

    Finished hypotheses hold their places against those that go on, by the same score, as in the paper. The ended
    are ranked before what `longest`, one number or one for each text, cut off. `previous_B` is the token that each
    text goes on from. A text's search stops once its `wanted` best (all, if not said) are sure: no factor may grow
    with the length. No text holds an id that is `barred`; what the others are worth does not change by that.
    """
    limits = [longest] * len(scores) if isinstance(longest, int) else list(longest)
    if beams < 1 or min(limits, default=1) < 1:
        raise ValueError(f"a beam search needs beams and longest of at least 1, not {beams} and {longest}")
    device = previous_B.device
    found, token_R = _start(len(scores), beams, device), previous_B
    limits_N1 = torch.tensor(limits, device=device)[:, None]
    least_N1 = _factors(scores, limits, device)
    for length in range(1, max(limits, default=0) + 1):
        logits_RV, state = advance(token_R, state)
        gains_RV = without(without_begin(logits_RV.float(), alphabet).log_softmax(-1), barred)
        rows_NK = found.alive_NK.flatten().cumsum(0).view_as(found.alive_NK) - 1
        factor_N1 = _factors(scores, [length] * len(scores), device)
        found, parents_NK = _extend(found, gains_RV, factor_N1, alphabet.end)
        sure_N1 = _sure(found, least_N1, beams if wanted is None else min(wanted, beams))
        found = dataclasses.replace(found, open_N1=found.open_N1 & (length < limits_N1) & ~sure_N1)
        alive_NK = found.alive_NK
        if not alive_NK.any():
            break
        state = select_state(state, rows_NK.gather(1, parents_NK)[alive_NK])
        token_R = found.ids_NKT[:, :, -1][alive_NK]
    return [_ranked(found, text) for text in range(len(scores))]


def _factors(scores: Sequence[LengthScore], lengths: Sequence[int], device: torch.device) -> Tensor:
    return torch.tensor([[score(length)] for score, length in zip(scores, lengths, strict=True)], device=device)


def _start(texts: int, beams: int, device: torch.device) -> _Beams:
    """One empty hypothesis for each text; the other places wait."""
    sums_NK = torch.full((texts, beams), NEVER, device=device)
    sums_NK[:, 0] = 0.0
    return _Beams(
        ids_NKT=torch.zeros(texts, beams, 0, dtype=torch.long, device=device),
        lengths_NK=torch.zeros(texts, beams, dtype=torch.long, device=device),
        sums_NK=sums_NK,
        factors_NK=torch.ones(texts, beams, device=device),
        ended_NK=torch.zeros(texts, beams, dtype=torch.bool, device=device),
        open_N1=torch.ones(texts, 1, dtype=torch.bool, device=device),
    )


def _extend(found: _Beams, gains_RV: Tensor, factor_N1: Tensor, end: int | None) -> tuple[_Beams, Tensor]:
    """The K best of each text's hypotheses after one more token, and which hypothesis each came from."""
    alive_NK = found.alive_NK
    gains_NKV = gains_RV.new_full((*alive_NK.shape, gains_RV.shape[-1]), NEVER)
    gains_NKV[alive_NK] = gains_RV
    gains_NKV[:, :, 0].masked_fill_(~alive_NK, 0.0)  # what does not go on stays, once, in its first id's place
    sums_NKV = found.sums_NK[..., None] + gains_NKV
    factors_NK = torch.where(alive_NK, factor_N1, found.factors_NK)
    best_NK = (sums_NKV * factors_NK[..., None]).flatten(1).topk(alive_NK.shape[1]).indices
    parents_NK, tokens_NK = best_NK // gains_RV.shape[-1], best_NK % gains_RV.shape[-1]
    grows_NK = alive_NK.gather(1, parents_NK)
    ends_NK = torch.zeros_like(grows_NK) if end is None else grows_NK & (tokens_NK == end)
    ids_NKT = found.ids_NKT.gather(1, parents_NK[..., None].expand(found.ids_NKT.shape))
    extended = _Beams(
        ids_NKT=torch.cat([ids_NKT, tokens_NK[..., None]], -1),
        lengths_NK=found.lengths_NK.gather(1, parents_NK) + (grows_NK & ~ends_NK),
        sums_NK=sums_NKV.flatten(1).gather(1, best_NK),
        factors_NK=factors_NK.gather(1, parents_NK),
        ended_NK=found.ended_NK.gather(1, parents_NK) | ends_NK,
        open_N1=found.open_N1,
    )
    return extended, parents_NK


def _sure(found: _Beams, least_N1: Tensor, wanted: int) -> Tensor:
    """Whether so many have ended that no other can overtake, even if all its further tokens were certain."""
    scores_NK = (found.sums_NK * found.factors_NK).masked_fill(~found.ended_NK, NEVER)
    hopes_NK = (found.sums_NK * least_N1).masked_fill(~found.alive_NK, NEVER)
    return scores_NK.topk(wanted).values[:, -1:] >= hopes_NK.amax(-1, keepdim=True)


def _ranked(found: _Beams, text: int) -> list[Hypothesis]:
    tensors = found.ids_NKT, found.lengths_NK, found.sums_NK, found.factors_NK, found.ended_NK
    hypotheses = [
        Hypothesis(ids[:length], log_probability, log_probability * factor, ended)
        for ids, length, log_probability, factor, ended in zip(*(one[text].tolist() for one in tensors), strict=True)
        if log_probability > NEVER
    ]
    return sorted(hypotheses, key=lambda one: (one.ended, one.score), reverse=True)

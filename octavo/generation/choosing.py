"""From logits to a token: filters that reshape the distribution, and the draw.

B texts side by side, V ids. A filter gives what it takes away the logit −∞.
"""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from octavo.interfaces import Alphabet

NEVER = float("-inf")


def at_temperature(logits_BV: Tensor, temperature: float) -> Tensor:
    """Sharper below 1, flatter above; at 0 only the likeliest id is left.

    >>> at_temperature(torch.tensor([[1.0, 2.0]]), 0.0)
    tensor([[-inf, 0.]])
    """
    if temperature > 0:
        return logits_BV / temperature
    best_B1 = logits_BV.argmax(-1, keepdim=True)
    return torch.full_like(logits_BV, NEVER).scatter(-1, best_B1, 0.0)


def top_k(logits_BV: Tensor, k: int) -> Tensor:
    """The k likeliest ids, and those as likely as the last of them."""
    least_B1 = logits_BV.topk(min(k, logits_BV.shape[-1])).values[:, -1:]
    return logits_BV.masked_fill(logits_BV < least_B1, NEVER)


def top_p(logits_BV: Tensor, p: float) -> Tensor:
    """The fewest ids, likeliest first, that hold a share p of the probability (Holtzman et al., 2020)."""
    sorted_BV, order_BV = logits_BV.sort(descending=True, stable=True)
    probabilities_BV = sorted_BV.softmax(-1)
    before_BV = probabilities_BV.cumsum(-1) - probabilities_BV
    before_BV[:, 0] = 0.0
    kept_BV = sorted_BV.masked_fill(before_BV >= p, NEVER)
    return torch.empty_like(logits_BV).scatter(-1, order_BV, kept_BV)


def without_begin(logits_BV: Tensor, alphabet: Alphabet) -> Tensor:
    """No begin id where it only opens texts: where they end, and with another id than they begin with."""
    if alphabet.end is None or alphabet.end == alphabet.begin:
        return logits_BV
    return logits_BV.index_fill(-1, torch.tensor([alphabet.begin], device=logits_BV.device), NEVER)


def without(logits_BV: Tensor, ids: Sequence[int]) -> Tensor:
    """These ids are not chosen."""
    return logits_BV.index_fill(-1, torch.tensor(ids, device=logits_BV.device), NEVER) if ids else logits_BV


def ids_of(words: Sequence[bytes], size: int, decode: Callable[[list[int]], bytes]) -> list[int]:
    """The ids, each alone, that these words are decoded from.

    >>> ids_of([b"b"], 3, lambda ids: bytes(ord("a") + one for one in ids))
    [1]
    """
    if not words:
        return []
    spoken = [decode([one]) for one in range(size)]
    if missing := [word for word in words if word not in spoken]:
        raise ValueError(
            f"{missing[0].decode('utf-8', 'replace')!r} is no token of this run's: only one token is barred"
        )
    return [one for one, word in enumerate(spoken) if word in words]


def draw(logits_BV: Tensor, uniform_B: Sequence[float]) -> Tensor:
    """The id in whose share of [0, 1) each text's number falls: the inverse of the distribution function.

    It is computed on the CPU, in double precision, so that a seed gives the same text on any device.

    >>> draw(torch.tensor([[0.25, 0.75], [0.25, 0.75]]).log(), [0.2, 0.3])
    tensor([0, 1])
    """
    sums_BV = logits_BV.detach().double().cpu().softmax(-1).cumsum(-1)
    shares_BV = sums_BV / sums_BV[:, -1:]
    uniform_B1 = torch.tensor(uniform_B, dtype=torch.double)[:, None]
    return torch.searchsorted(shares_BV, uniform_B1, right=True)[:, 0]

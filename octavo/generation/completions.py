"""Every likely way to finish a word. Shapes: B prefixes side by side, V vocabulary."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from octavo.interfaces import Condition, State, Writer, select_state


class Completion(NamedTuple):
    """The ids of a word's rest, and the probability of it and of the word's end after it."""

    ids: list[int]
    probability: float


@torch.no_grad()
def completions(
    writer: Writer,
    condition: Condition,
    inputs: Sequence[int],
    inside_V: Tensor,
    threshold: float,
    longest: int = 64,
) -> list[Completion]:
    """All words whose probability stays at or above the threshold, the likeliest first.

    `inputs` begins with the begin id; `inside_V` is True for ids that go on with a word, any other id ends it.
    Prefixes of one length are advanced side by side, and share all that they have in common; there are never more
    than 1 / threshold of them.
    """
    if not 0 < threshold <= 1:
        raise ValueError(f"threshold {threshold}: a probability above 0 and at most 1 is wanted")
    inputs_L1 = torch.tensor([list(inputs)], device=writer.head.weight.device).T
    written = writer(inputs_L1, writer.begin(condition, 1))
    logits_BV, state = writer.head(written.states_LBD[-1]), written.state
    prefixes, chances_B1 = [[]], torch.ones(1, 1, dtype=torch.double)
    found: list[Completion] = []
    for _ in range(longest + 1):
        chances_BV = chances_B1 * logits_BV.double().cpu().softmax(-1)
        ends_B = chances_BV[:, ~inside_V].sum(-1)
        found += _finished(prefixes, ends_B, threshold)
        rows_N, ids_N = torch.nonzero((chances_BV >= threshold) & inside_V, as_tuple=True)
        if not len(rows_N):
            break
        prefixes = [[*prefixes[row], one] for row, one in zip(rows_N.tolist(), ids_N.tolist(), strict=True)]
        chances_B1 = chances_BV[rows_N, ids_N][:, None]
        logits_BV, state = _advance(writer, ids_N, state, rows_N)
    return sorted(found, key=lambda one: -one.probability)


def _advance(writer: Writer, ids_N: Tensor, state: State, rows_N: Tensor) -> tuple[Tensor, State]:
    device = writer.head.weight.device
    return writer.advance(ids_N.to(device), select_state(state, rows_N.to(device)))


def _finished(prefixes: list[list[int]], ends_B: Tensor, threshold: float) -> list[Completion]:
    pairs = zip(prefixes, ends_B.tolist(), strict=True)
    return [Completion(ids, chance) for ids, chance in pairs if ids and chance >= threshold]

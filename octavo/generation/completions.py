"""Every likely way to finish a word. Shapes: B prefixes side by side, N that follow from them, V vocabulary."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from octavo.interfaces import Condition, State, Writer, select_state

# Each prefix has a state of its own: 25 MB of keys and values at T12's sizes and context.
SIDE_BY_SIDE = 128


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
    rows: int = SIDE_BY_SIDE,
) -> list[Completion]:
    """All words whose probability stays at or above the threshold, the likeliest first.

    `inputs` begins with the begin id; `inside_V` is True for ids that go on with a word, any other id ends it.
    Prefixes of one length are advanced side by side, so many `rows` at most at once, and share all that they have in
    common; there are never more than 1 / threshold of them.
    """
    if not 0 < threshold <= 1:
        raise ValueError(f"threshold {threshold}: a probability above 0 and at most 1 is wanted")
    inputs_L1 = torch.tensor([list(inputs)], device=writer.head.weight.device).T
    written = writer(inputs_L1, writer.begin(condition, 1))

    def search(prefixes: list[list[int]], chances_B1: Tensor, logits_BV: Tensor, state: State) -> Iterator[Completion]:
        """The words that these prefixes are, and all that begin with one of them."""
        chances_BV = chances_B1 * logits_BV.double().cpu().softmax(-1)
        yield from _finished(prefixes, chances_BV[:, ~inside_V].sum(-1), threshold)
        if len(prefixes[0]) == longest:
            return
        rows_N, ids_N = torch.nonzero((chances_BV >= threshold) & inside_V, as_tuple=True)
        for rows_B, ids_B in zip(rows_N.split(rows), ids_N.split(rows), strict=True):
            if len(rows_B):
                longer = [[*prefixes[row], one] for row, one in zip(rows_B.tolist(), ids_B.tolist(), strict=True)]
                yield from search(longer, chances_BV[rows_B, ids_B][:, None], *_advance(writer, ids_B, state, rows_B))

    found = search([[]], torch.ones(1, 1, dtype=torch.double), writer.head(written.states_LBD[-1]), written.state)
    return sorted(found, key=lambda one: (-one.probability, one.ids))


def _advance(writer: Writer, ids_B: Tensor, state: State, rows_B: Tensor) -> tuple[Tensor, State]:
    device = writer.head.weight.device
    return writer.advance(ids_B.to(device), select_state(state, rows_B.to(device)))


def _finished(prefixes: list[list[int]], ends_B: Tensor, threshold: float) -> list[Completion]:
    pairs = zip(prefixes, ends_B.tolist(), strict=True)
    return [Completion(ids, chance) for ids, chance in pairs if ids and chance >= threshold]

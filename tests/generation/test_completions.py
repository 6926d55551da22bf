"""Completions against all strings, one by one. 0 and 1 are letters, 2 and 3 end a word."""

from collections.abc import Callable
from itertools import product

import pytest
import torch

from octavo.generation.completions import Completion, completions
from octavo.interfaces import State, Writer

INSIDE = torch.tensor([True, True, False, False])


@torch.no_grad()
def probability(writer: Writer, inputs: list[int], rest: tuple[int, ...]) -> float:
    """Of these letters, and then of either of the two ends."""
    inputs_L1 = torch.tensor([[*inputs, *rest]]).T
    written = writer(inputs_L1, writer.begin(None, 1))
    shares_LV = writer.head(written.states_LBD[:, 0]).softmax(-1)[len(inputs) - 1 :]
    letters = [float(shares_V[letter]) for shares_V, letter in zip(shares_LV[:-1], rest, strict=True)]
    return float(torch.tensor(letters).prod() * shares_LV[-1, 2:].sum())


@pytest.mark.parametrize("threshold", [0.2, 0.02, 0.002])
def test_all_words_above_the_threshold_are_found(rememberer: Callable[[int, int], Writer], threshold: float) -> None:
    writer, inputs = rememberer(4, 3), [2, 0, 1]
    everything = {
        rest: probability(writer, inputs, rest) for length in range(1, 8) for rest in product([0, 1], repeat=length)
    }
    wanted = sorted((rest for rest in everything if everything[rest] >= threshold), key=lambda rest: -everything[rest])
    found = completions(writer, None, inputs, INSIDE, threshold, longest=7)
    assert [tuple(one.ids) for one in found] == wanted
    assert [one.probability for one in found] == pytest.approx([everything[rest] for rest in wanted], rel=1e-4)


def test_few_prefixes_at_once_find_the_same_words(rememberer: Callable[[int, int], Writer]) -> None:
    whole, few = (completions(rememberer(4, 3), None, [2, 0], INSIDE, 0.002, longest=7, rows=rows) for rows in (512, 3))
    assert len(whole) == 16
    assert [one.ids for one in few] == [one.ids for one in whole]
    assert [one.probability for one in few] == pytest.approx([one.probability for one in whole])


def test_no_more_prefixes_than_asked_for_are_advanced_at_once(
    rememberer: Callable[[int, int], Writer], monkeypatch: pytest.MonkeyPatch
) -> None:
    writer, widths = rememberer(4, 3), list[int]()
    advance = writer.advance

    def counted(ids_B: torch.Tensor, state: State) -> tuple[torch.Tensor, State]:
        widths.append(len(ids_B))
        return advance(ids_B, state)

    monkeypatch.setattr(writer, "advance", counted)
    completions(writer, None, [2, 0], INSIDE, 0.002, longest=7, rows=3)
    assert max(widths) == 3


def test_a_chain_by_hand(chain: Callable[[list[list[float]]], Writer]) -> None:
    """After 0: 1 with a half, else the end; after 1 the end for sure."""
    writer = chain([[0.0, 0.5, 0.5, 0.0], [0.0, 0.0, 0.5, 0.5], [0.5, 0.5, 0.0, 0.0], [1.0, 0.0, 0.0, 0.0]])
    found = completions(writer, None, [2], INSIDE, 0.24)
    assert [one.ids for one in found] == [[1], [0], [0, 1]]
    assert [one.probability for one in found] == pytest.approx([0.5, 0.25, 0.25])


def test_the_longest_word_is_as_long_as_asked_for(chain: Callable[[list[list[float]]], Writer]) -> None:
    writer = chain([[0.9, 0.0, 0.1, 0.0]] * 4)
    for longest in (1, 3):
        found = completions(writer, None, [2], INSIDE, 0.001, longest=longest)
        assert [len(one.ids) for one in found] == list(range(1, longest + 1))


def test_a_word_that_is_whole_already_has_no_rest(chain: Callable[[list[list[float]]], Writer]) -> None:
    assert completions(chain([[0.0, 0.0, 1.0, 0.0]] * 4), None, [0], INSIDE, 0.1) == []


def test_a_condition_is_written_from(rememberer: Callable[[int, int], Writer]) -> None:
    writer = rememberer(4, 3)
    one, other = (completions(writer, torch.tensor([[number]]), [2], INSIDE, 0.05) for number in (3, 50))
    assert one != other
    assert all(isinstance(found, Completion) for found in one)


@pytest.mark.parametrize("threshold", [0.0, -1.0, 1.5])
def test_a_threshold_is_a_probability(rememberer: Callable[[int, int], Writer], threshold: float) -> None:
    with pytest.raises(ValueError, match=f"^threshold {threshold}: a probability"):
        completions(rememberer(4, 3), None, [2], INSIDE, threshold)

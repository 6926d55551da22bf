import itertools
import math
from collections.abc import Callable
from typing import Any

import pytest
import torch

from octavo.generation.beam import LengthScore, TowardsSource, beam_search, mean, plain
from octavo.interfaces import Alphabet

END = 2
ALPHABET = Alphabet(3, END, END)
RULES: list[LengthScore] = [plain, mean, TowardsSource(0), TowardsSource(8)]
Found = tuple[float, list[int]]


def search(writer: Any, scores: list[LengthScore], beams: int, longest: Any, condition: Any = None) -> Any:
    begin_B = torch.full((len(scores),), END)
    state = writer.begin(condition, len(scores))
    return beam_search(writer.advance, state, begin_B, ALPHABET, scores, beams=beams, longest=longest)


def log_probability(writer: Any, ids: list[int], start: float = 0.0) -> float:
    """Of the ids, by one teacher-forced forward."""
    inputs_LB = torch.tensor([END, *ids[:-1]])[:, None]
    logits_LBV = writer.head(writer(inputs_LB, torch.full((1, 1, 1), start)).states_LBD)
    return logits_LBV.log_softmax(-1)[range(len(ids)), 0, ids].sum().item()


def all_ended(writer: Any, score: LengthScore, longest: int, start: float) -> list[Found]:
    """Every text of at most `longest` tokens, its end among them, the best first."""
    found = []
    for length in range(1, longest + 1):
        for body in itertools.product(range(ALPHABET.size - 1), repeat=length - 1):
            total = log_probability(writer, [*body, END], start)
            found.append((total * score(length), list(body)))
    return sorted(found, reverse=True)


def plain_search(writer: Any, score: LengthScore, beams: int, longest: int, start: float) -> list[Found]:
    """The same search by lists, scoring every hypothesis from its beginning."""
    kept: list[Found] = [(0.0, [])]
    for length in range(1, longest + 1):
        ended = [(value, ids) for value, ids in kept if ids[-1:] == [END]]
        longer = [[*ids, one] for value, ids in kept if ids[-1:] != [END] for one in range(ALPHABET.size)]
        scored = [(log_probability(writer, ids, start) * score(length), ids) for ids in longer]
        kept = sorted(ended + scored, reverse=True)[:beams]
    return sorted(kept, key=lambda one: (one[1][-1] == END, one[0]), reverse=True)


@pytest.mark.parametrize("seed", range(3))
def test_wide_beams_find_the_best_of_all_texts(rememberer: Callable, seed: int) -> None:
    writer, starts = rememberer(3, seed), [0, 10, 20, 30]
    found = search(writer, RULES, beams=40, longest=4, condition=torch.tensor(starts))
    for hypotheses, score, start in zip(found, RULES, starts, strict=True):
        expected = all_ended(writer, score, 4, start)
        ended = [one for one in hypotheses if one.ended]
        assert [one.ids for one in ended] == [ids for _, ids in expected]
        assert [one.score for one in ended] == pytest.approx([value for value, _ in expected], rel=1e-4)


@pytest.mark.parametrize("beams", [1, 2, 3])
def test_narrow_beams_keep_what_the_search_by_lists_keeps(rememberer: Callable, beams: int) -> None:
    writer, starts = rememberer(3, 0), [40, 50, 60, 70]
    found = search(writer, RULES, beams, longest=6, condition=torch.tensor(starts))
    for hypotheses, score, start in zip(found, RULES, starts, strict=True):
        expected = plain_search(writer, score, beams, 6, start)
        assert [[*one.ids, END] if one.ended else one.ids for one in hypotheses] == [ids for _, ids in expected]
        assert [one.score for one in hypotheses] == pytest.approx([value for value, _ in expected], rel=1e-4)


def test_two_beams_see_what_greed_misses(chain: Callable) -> None:
    # Greedy takes 0 (0.6), after which all is unsure; 1 (0.4) ends at once.
    writer = chain([[0.5, 0.2, 0.3], [0.01, 0.01, 0.98], [0.6, 0.4, 0.0]])
    greedy, best = (search(writer, [plain], beams, longest=8)[0][0] for beams in (1, 2))
    assert (best.ids, best.ended) == ([1], True)
    assert best.log_probability == best.score == pytest.approx(math.log(0.4 * 0.98))
    assert greedy.score < best.score


def test_finished_texts_cost_nothing(chain: Callable) -> None:
    writer = chain([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [0.0, 1.0, 0.0]])
    (found,) = search(writer, [plain], beams=1, longest=100)
    assert [(one.ids, one.ended) for one in found] == [([1], True)]
    assert writer.rows_advanced == [1, 1]


def test_what_has_no_end_is_cut(chain: Callable) -> None:
    writer = chain([[0.9, 0.1, 0.0], [0.8, 0.2, 0.0], [1.0, 0.0, 0.0]])
    ((best, second),) = search(writer, [mean], beams=2, longest=3)
    assert (best.ids, best.ended) == ([0, 0, 0], False)
    assert best.score == pytest.approx(best.log_probability / 3)
    assert second.score < best.score


def test_each_text_has_its_own_longest(rememberer: Callable) -> None:
    writer, limits = rememberer(3, 1), [2, 7, 4]
    together = search(writer, [mean] * 3, beams=3, longest=limits, condition=torch.tensor([5, 6, 7]))
    for found, start, limit in zip(together, [5, 6, 7], limits, strict=True):
        [alone] = search(writer, [mean], beams=3, longest=limit, condition=torch.tensor([start]))
        assert found == alone
        assert max(len(one.ids) for one in found) <= limit


@pytest.mark.parametrize("wanted", [1, 2])
@pytest.mark.parametrize("score", RULES, ids=["plain", "mean", "paper-short", "paper"])
def test_a_search_that_wants_few_stops_early_and_finds_the_same(
    rememberer: Callable, score: LengthScore, wanted: int
) -> None:
    starts, advances = torch.arange(8), []
    for few in (None, wanted):
        writer = rememberer(3, 2)
        begin_B, state = torch.full((8,), END), writer.begin(starts, 8)
        found = beam_search(writer.advance, state, begin_B, ALPHABET, [score] * 8, beams=4, longest=12, wanted=few)
        advances.append((sum(writer.rows_advanced), [hypotheses[:wanted] for hypotheses in found]))
    (all_rows, best), (rows, same) = advances
    assert same == best
    assert rows < all_rows


def test_the_begin_is_never_written(chain: Callable) -> None:
    writer = chain([[0.9, 0.05, 0.05], [0.9, 0.05, 0.05], [1.0, 0.0, 0.0]])
    state = writer.begin(None, 1)
    (hypotheses,) = beam_search(
        writer.advance, state, torch.tensor([0]), Alphabet(3, 0, 2), [plain], beams=5, longest=4
    )
    assert all(0 not in one.ids for one in hypotheses)
    assert sum(math.exp(one.log_probability) for one in hypotheses) == pytest.approx(1.0)


def test_what_is_barred_is_in_no_text_and_leaves_the_others_their_worth(chain: Callable) -> None:
    writer = chain([[0.2, 0.7, 0.1], [0.5, 0.1, 0.4], [0.3, 0.6, 0.1]])
    begin_B = torch.tensor([END])
    [found] = beam_search(
        writer.advance, writer.begin(None, 1), begin_B, ALPHABET, [plain], beams=4, longest=3, barred=[1]
    )
    assert [(one.ids, one.ended) for one in found] == [([], True), ([0], True), ([0, 0], True), ([0, 0, 0], False)]
    assert found[1].log_probability == pytest.approx(math.log(0.3 * 0.1), rel=1e-5)


def test_the_papers_rule() -> None:
    source, target = 3, 8
    assert TowardsSource(source, 0.6)(target) == pytest.approx((8 + 0.6) / 8)
    assert TowardsSource(source, 0.6)(target - 1) == pytest.approx((7.6 / 7) * (8.6 / 8))
    assert TowardsSource(source, 0.6)(target + 1) == 1.0
    for length in range(1, target + 1):
        assert TowardsSource(source, 0.0)(length) == plain(length)
        # Equation 11: proportional to the mean, with a factor that all candidates share.
        assert TowardsSource(source, 1.0)(length) == pytest.approx((target + 1) * mean(length))


@pytest.mark.parametrize(("beams", "longest"), [(0, 5), (5, 0)])
def test_a_search_needs_room(chain: Callable, beams: int, longest: int) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        search(chain([[0.2, 0.3, 0.5]] * 3), [plain], beams, longest)


def test_a_pull_away_from_the_source_is_refused() -> None:
    with pytest.raises(ValueError, match=r"alpha -0\.1: 0 \(no pull\) or above"):
        TowardsSource(3, -0.1)

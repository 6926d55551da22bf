"""Shapes: L length, V vocabulary."""

import math

import pytest
import torch

from octavo.evaluation.characters import Thought, by_character, thoughts


def test_what_was_expected_and_what_came_in_bits() -> None:
    """A half, a quarter and two eighths: an entropy of 1.75 bits, costs of 1, 2, 3 and 3."""
    logits_LV = torch.tensor([0.5, 0.25, 0.125, 0.125]).log().expand(4, 4) + 7  # logits need not be normalised
    found = thoughts(logits_LV, torch.arange(4), list("abcd"))
    assert [one.token for one in found] == list("abcd")
    assert [one.loss for one in found] == pytest.approx([1, 2, 3, 3])
    assert [one.entropy for one in found] == pytest.approx([1.75] * 4)


def test_a_rank_counts_the_likelier_and_a_tie_is_no_loss() -> None:
    logits_LV = torch.tensor([0.5, 0.25, 0.125, 0.125]).log().expand(4, 4)
    assert [one.rank for one in thoughts(logits_LV, torch.arange(4), list("abcd"))] == [1, 2, 3, 3]


def test_what_cannot_come_adds_nothing_to_the_entropy() -> None:
    [sure] = thoughts(torch.tensor([[0.0, -math.inf]]), torch.tensor([0]), ["a"])
    assert (sure.entropy, sure.loss, sure.rank) == (0, 0, 1)
    [surprised] = thoughts(torch.tensor([[0.0, -math.inf]]), torch.tensor([1]), ["b"])
    assert surprised.loss == math.inf


def test_the_entropy_is_the_expected_loss() -> None:
    logits_LV = torch.randn(1, 9, generator=torch.Generator().manual_seed(0)).expand(9, 9)
    found = thoughts(logits_LV, torch.arange(9), [str(number) for number in range(9)])
    expected = sum(2**-one.loss * one.loss for one in found)
    assert found[0].entropy == pytest.approx(expected, rel=1e-5)


def test_of_no_tokens_there_is_nothing_to_think() -> None:
    assert thoughts(torch.zeros(0, 5), torch.zeros(0, dtype=torch.long), []) == []


def test_bytes_of_one_character_are_one_and_others_stay() -> None:
    tokens = ["a", *(f"\\x{byte:02x}" for byte in "好ö".encode()), "\\xff", "\\n", "\\xe5", "\\xa5"]
    found = [*by_character([Thought(token, 1.0, 2.0, place) for place, token in enumerate(tokens)])]
    assert [one.token for one in found] == ["a", "好", "ö", "\\xff", "\\n", "\\xe5", "\\xa5"]
    assert found[1] == Thought("好", 3.0, 6.0, 3)
    assert [one.rank for one in found] == [0, 3, 5, 6, 7, 8, 9]

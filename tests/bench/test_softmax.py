from statistics import mean

import pytest
import torch

from octavo.bench import softmax
from tests.bench.conftest import Timed


def test_both_forms_have_the_same_gradients() -> None:
    head, x_ND, target_N = softmax._problem(50, torch.device("cpu"))
    gradients = []
    for form in softmax.FORMS.values():
        softmax._run(form, head, x_ND[:7], target_N[:7], "fp32")
        assert head.weight.grad is not None
        gradients.append(head.weight.grad.clone())
    torch.testing.assert_close(*gradients)


def test_the_estimate_moves_no_more_words_than_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(softmax, "DRAWS", 2)
    head, x_ND, target_N = softmax._problem(50, torch.device("cpu"))
    moved = []
    for _ in range(200):
        softmax._run(softmax.sampled, head, x_ND[:7], target_N[:7], "fp32")
        assert head.weight.grad is not None
        moved.append(int(head.weight.grad.any(1).sum()))
    assert mean(moved) == pytest.approx(len(target_N[:7].unique()) + 2, abs=0.5)


@pytest.mark.slow
def test_a_row_says_how_much_faster_and_how_much_smaller(monkeypatch: pytest.MonkeyPatch, timed: Timed) -> None:
    timed(softmax, {"stock": 0.03, "fused": 0.01, "sampled": 0.005}.__getitem__)
    monkeypatch.setattr(softmax, "WORDS", (6_000,))
    [row] = softmax.rows(torch.device("cpu"))
    assert (row["times_faster"], row["sampled_times_faster"]) == (3, 6)
    logits_MB = softmax.POSITIONS * 6_000 * 4 / 1e6
    assert row["fused_peak_MB"] < row["stock_peak_MB"]
    assert row["stock_peak_MB"] > logits_MB

"""Shapes: L length, B batch, C labels."""

import sys

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from octavo.evaluation.tasks import accuracy_by_label, bleu, confusion, load_bleu
from octavo.interfaces import Batch
from tests.batches import batch_of

REFERENCES = ["the cat sat on the mat today", "rain fell over the old towns"]


def by_length(batch: Batch) -> Tensor:
    """A guess for each text: 0, 1 or 2 by its length."""
    return F.one_hot(batch.lengths_B % 3, 3).float()


def test_texts_are_counted_by_what_they_are_and_what_they_are_taken_for() -> None:
    batches = [batch_of([3, 4, 5, 3]), batch_of([2])]  # of labels 0 1 2 0 and 0
    counts = confusion(by_length, batches, ["a", "b", "c"], torch.device("cpu"))
    assert counts == {
        "a": {"a": 2, "b": 0, "c": 1},
        "b": {"a": 0, "b": 1, "c": 0},
        "c": {"a": 0, "b": 0, "c": 1},
    }
    assert accuracy_by_label(counts) == {"a": pytest.approx(2 / 3), "b": 1.0, "c": 1.0}


def test_bleu_is_of_the_corpus_and_says_how_it_was_counted() -> None:
    pytest.importorskip("sacrebleu", reason="needs the eval extra")
    score, signature = bleu(REFERENCES, REFERENCES)
    assert score == pytest.approx(100)
    assert "tok:13a" in signature
    assert 0 < bleu(["the cat sat on a mat", "rain fell over old towns"], REFERENCES)[0] < 100
    assert bleu(["", ""], REFERENCES)[0] == 0


def test_what_bleu_needs_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sacrebleu.metrics", None)
    with pytest.raises(ValueError, match=r"pip install 'octavo\[eval\]'"):
        load_bleu()

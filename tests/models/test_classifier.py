"""Shapes: B batch, C classes."""

import dataclasses
import math

import pytest
import torch

from octavo.interfaces import Progress
from octavo.models.classifier import Classifier, ClassifierConfig
from octavo.readers.lstm import LSTMReaderConfig
from tests.asking import exactly, measured
from tests.batches import DOCUMENTS, LABELS, batch_of


@pytest.fixture
def model() -> Classifier:
    config = ClassifierConfig(reader=LSTMReaderConfig(width=8, embedding=6), dropout=0.5)
    return exactly(Classifier(config, DOCUMENTS, LABELS))


def test_every_label_has_a_probability(model: Classifier) -> None:
    log_BC = model.classify(batch_of())
    assert log_BC.shape == (4, LABELS)
    torch.testing.assert_close(log_BC.exp().sum(-1), torch.ones(4))


def test_accuracy_and_nats_are_of_the_true_labels(model: Classifier) -> None:
    batch = batch_of()
    likeliest_B = model.classify(batch).argmax(-1)
    for wrong in range(5):
        labels_B = torch.where(torch.arange(4) < wrong, (likeliest_B + 1) % LABELS, likeliest_B)
        means = measured(model, dataclasses.replace(batch, labels_B=labels_B))
        assert means["accuracy"] == (4 - wrong, 4)
        nats = -model.classify(batch)[torch.arange(4), labels_B].sum().item()
        assert means["objective"].total == pytest.approx(nats)
        assert means["label_nats"].total == pytest.approx(nats)


def test_knowing_nothing_costs_the_logarithm_of_the_labels(model: Classifier) -> None:
    torch.nn.init.zeros_(model.output.weight)
    torch.nn.init.zeros_(model.output.bias)
    assert measured(model, batch_of())["label_nats"].value == pytest.approx(math.log(LABELS))


def test_what_it_cannot_do_without(model: Classifier) -> None:
    with pytest.raises(ValueError, match=r"needs labels: .* data\.files\.label"):
        model(dataclasses.replace(batch_of(), labels_B=None), Progress())
    labels_B = torch.tensor([0, 1, -1, -1])
    with pytest.raises(ValueError, match="label for every text, and document 2 has none"):
        model(dataclasses.replace(batch_of(), labels_B=labels_B), Progress())
    with pytest.raises(ValueError, match="two labels or more, the data has 1"):
        Classifier(ClassifierConfig(), DOCUMENTS, 1)

"""The classifier: a label from a reader's summary. Shapes: B batch, C classes."""

from typing import Literal

import torch.nn.functional as F
from torch import Tensor, nn

from octavo.config import Share, config
from octavo.interfaces import Alphabet, Batch, Loss, Mean, Progress, State, TextModel
from octavo.readers import ReaderConfig, build_reader
from octavo.readers.lstm import LSTMReaderConfig


@config
class ClassifierConfig:
    """`dropout` falls on the summary, before the output."""

    kind: Literal["classifier"] = "classifier"
    reader: ReaderConfig = LSTMReaderConfig(backwards=False)
    dropout: Share = 0.0


class Classifier(TextModel):
    """p(y | x) = softmax(W r(x) + b)."""

    def __init__(self, config: ClassifierConfig, alphabet: Alphabet, labels: int) -> None:
        super().__init__()
        if labels < 2:
            raise ValueError(f"a classifier needs two labels or more, the data has {labels}: name data.files.label")
        self.reader = build_reader(config.reader, alphabet)
        self.dropout = nn.Dropout(config.dropout)
        self.output = nn.Linear(self.reader.width, labels)

    def forward(self, batch: Batch, progress: Progress, carry: State = None) -> Loss:
        labels_B = _labels(batch)
        logits_BC = self._logits(batch)
        nats = F.cross_entropy(logits_BC, labels_B, reduction="sum")
        right = (logits_BC.argmax(-1) == labels_B).sum()
        texts = len(labels_B)
        return Loss(Mean(nats, texts), {"accuracy": Mean(right, texts), "label_nats": Mean(nats.detach(), texts)})

    def classify(self, batch: Batch) -> Tensor:
        """log p(y | x) for every label, log_BC."""
        return self._logits(batch).log_softmax(-1)

    def _logits(self, batch: Batch) -> Tensor:
        summary_BD = self.reader(batch.tokens_LB, batch.lengths_B).summary_BD
        return self.output(self.dropout(summary_BD)).float()


def _labels(batch: Batch) -> Tensor:
    """Every text's label; a classifier can make nothing of a text that has none."""
    if batch.labels_B is None:
        raise ValueError("a classifier needs labels: name their column in data.files.label")
    without_B = batch.labels_B < 0
    if without_B.any():
        which = "" if batch.documents_B is None else f", and document {int(batch.documents_B[without_B][0])} has none"
        raise ValueError(f"a classifier needs a label for every text{which}: leave such texts out of the data")
    return batch.labels_B

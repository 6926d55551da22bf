"""What a task is measured by: BLEU, and which labels are taken for which. Shapes: B batch, C labels."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from octavo.interfaces import Batch

if TYPE_CHECKING:
    from sacrebleu.metrics import BLEU

Classify = Callable[[Batch], Tensor]  # log p(y | x) of every label, log_BC
Confusion = dict[str, dict[str, int]]


def bleu(hypotheses: Sequence[str], references: Sequence[str]) -> tuple[float, str]:
    """BLEU of a corpus, from 0 to 100, and the signature that says how it was counted (Post 2018)."""
    metric = load_bleu()()
    score = metric.corpus_score(list(hypotheses), [list(references)]).score
    return score, str(metric.get_signature())


def load_bleu() -> type[BLEU]:
    """sacrebleu's own: asked for by itself, its absence is known before anything is translated."""
    try:
        from sacrebleu.metrics import BLEU
    except ImportError:
        raise ValueError("BLEU needs the sacrebleu package: pip install 'octavo[eval]'") from None
    return BLEU


@torch.no_grad()
def confusion(classify: Classify, batches: Iterable[Batch], names: Sequence[str], device: torch.device) -> Confusion:
    """How many texts of each label (outside) were taken for each (inside)."""
    counts_CC = torch.zeros(len(names), len(names), dtype=torch.long)
    for batch in batches:
        assert batch.labels_B is not None
        guess_B = classify(batch.map(lambda tensor: tensor.to(device))).argmax(-1).cpu()
        counts_CC.index_put_((batch.labels_B.cpu(), guess_B), torch.ones_like(guess_B), accumulate=True)
    return {name: dict(zip(names, row, strict=True)) for name, row in zip(names, counts_CC.tolist(), strict=True)}


def accuracy_by_label(counts: Confusion) -> dict[str, float | None]:
    """Of the texts of each label, the share that was taken for it; None where there are no such texts.

    >>> accuracy_by_label({"neg": {"neg": 3, "pos": 1}, "pos": {"neg": 0, "pos": 0}})
    {'neg': 0.75, 'pos': None}
    """
    texts = {name: sum(row.values()) for name, row in counts.items()}
    return {name: row[name] / texts[name] if texts[name] else None for name, row in counts.items()}

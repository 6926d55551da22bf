"""Batches where few labels are used: a balanced choice of documents, alone or beside all others.

N documents, L length, B batch, C classes.
"""

import dataclasses
from typing import Any

import numpy as np
import torch
from torch import Tensor

from octavo.data.documents import Documents, DocumentsConfig
from octavo.data.store import Store
from octavo.interfaces import Alphabet, Batch


class FewLabels:
    """Each step takes `batch` of the labelled and, if `unlabelled`, as many of all documents, their labels hidden.

    An epoch is once through all that a step takes most of: every document, or every labelled one.
    """

    def __init__(self, store: Store, config: DocumentsConfig, alphabet: Alphabet, seed: int) -> None:
        if store.labels is None:
            raise ValueError("data.batching.labels needs labels: name their column in data.files.label")
        every = Documents(store, config, alphabet, seed)
        chosen_N = balanced(np.asarray(store.labels), config.labels, config.labels_seed, every.kept)
        if not len(chosen_N):
            raise ValueError(
                f"data.batching.longest {config.longest}: every document that has a label is longer, and dropped: "
                "raise it, or set data.batching.too_long to cut"
            )
        self.labelled = Documents(store, config, alphabet, seed, among=chosen_N)
        # Orders of like sizes that have a seed in common are nearly the same, and a step would hold each document
        # twice. The complement is no training's own seed.
        apart = seed if 2 * len(chosen_N) < every.size else ~seed
        self.all = Documents(store, config, alphabet, apart) if config.unlabelled else None
        self.begin = alphabet.begin
        longest = self.all or self.labelled
        self.steps_per_epoch, self.counts = longest.steps_per_epoch, longest.counts
        self.smallest_batch = self.labelled.smallest_batch + (self.all.smallest_batch if self.all else 0)

    def batch(self, step: int, columns: slice) -> Batch:
        known = self.labelled.batch(step, slice(None))
        whole = known if self.all is None else self._beside(known, self.all.batch(step, slice(None)))
        return whole.map(lambda tensor: tensor[..., columns])

    def _beside(self, known: Batch, other: Batch) -> Batch:
        """Both, the first with weight 1 and the second weighing as much in sum: so the means of both are apart."""
        length = max(len(known.tokens_LB), len(other.tokens_LB))
        few, many = len(known.lengths_B), len(other.lengths_B)
        hidden = dataclasses.replace(other, labels_B=torch.full((many,), -1))
        joined: dict[str, Any] = {
            name: torch.cat([getattr(known, name), getattr(hidden, name)])
            for name in ("lengths_B", "previous_B", "documents_B", "labels_B")
        }
        tokens_LB = torch.cat([_lengthened(part.tokens_LB, length, self.begin) for part in (known, other)], dim=1)
        return Batch(tokens_LB, **joined, weights_B=torch.cat([torch.ones(few), torch.full((many,), few / many)]))


def balanced(labels_N: np.ndarray, count: int | None, seed: int, kept: np.ndarray | None = None) -> np.ndarray:
    """So many of the documents that have a label, as evenly over the classes as can be; smaller choices lie in larger.

    The choice is among those that are `kept`, if not all are; each class has a share in it.

    >>> balanced(np.array([0, 0, 0, 1, 1, -1]), 4, seed=0).size, balanced(np.array([0, 1, -1]), None, seed=0).tolist()
    (4, [0, 1])
    """
    classes_C = np.unique(labels_N[labels_N >= 0])
    if kept is not None:
        labels_N = np.where(np.isin(np.arange(len(labels_N)), kept), labels_N, -1)
    if count is None:
        return np.flatnonzero(labels_N >= 0)
    chance = np.random.default_rng(seed)
    shuffled = [chance.permutation(np.flatnonzero(labels_N == label)) for label in classes_C]
    order = np.lexsort([np.concatenate([np.arange(len(one)) for one in shuffled])])
    taken_N = np.concatenate(shuffled)[order][:count]
    counts_C = np.bincount(labels_N[taken_N].astype(np.int64), minlength=int(labels_N.max(initial=0)) + 1)[classes_C]
    if count < len(classes_C) or len(taken_N) < count or counts_C.max() - counts_C.min() > 1:
        least = min(map(len, shuffled))
        way_out = f"ask for {len(classes_C)} to {len(classes_C) * least}" if least else "raise data.batching.longest"
        raise ValueError(
            f"data.batching.labels {count}: {len(classes_C)} classes, the smallest of {least} documents, cannot share "
            f"them evenly; {way_out}"
        )
    return np.sort(taken_N)


def _lengthened(tokens_LB: Tensor, length: int, filler: int) -> Tensor:
    missing = length - len(tokens_LB)
    return torch.cat([tokens_LB, tokens_LB.new_full((missing, tokens_LB.shape[1]), filler)])

"""What was measured of a text: how often each id was there. Shapes: L length, B batch, V vocabulary."""

from collections.abc import Iterable, Iterator

import torch

from octavo.interfaces import Batch


class Seen:
    """Batches on their way to where they are measured, their tokens counted as they pass."""

    def __init__(self, batches: Iterable[Batch], size: int) -> None:
        self.batches = batches
        self.counts_V = torch.zeros(size, dtype=torch.long)

    def __iter__(self) -> Iterator[Batch]:
        for batch in self.batches:
            self.counts_V += torch.bincount(batch.tokens_LB[batch.valid_LB].cpu(), minlength=len(self.counts_V))
            yield batch

    @property
    def tokens(self) -> int:
        return int(self.counts_V.sum())

    def share(self, token: int | None) -> float:
        """Of all tokens, those with this id."""
        return 0.0 if token is None else int(self.counts_V[token]) / max(self.tokens, 1)

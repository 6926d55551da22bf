"""From a writer's states to a score for every id of its alphabet."""

from torch import nn


class Output(nn.Linear):
    """With `sampled`, a training's softmax is over the batch's own ids and so many others, drawn anew each time."""

    def __init__(self, features: int, size: int, sampled: int | None = None) -> None:
        super().__init__(features, size)
        self.sampled = sampled

    @property
    def draws(self) -> int | None:
        """How many others: none where all ids are taken, as they are in evaluation."""
        return self.sampled if self.training else None


def tie(embedding: nn.Embedding, head: nn.Linear) -> None:
    """One matrix for the tokens that go in and those that come out (Press & Wolf 2017).

    It is drawn anew: PyTorch's N(0, 1) is no scale for an output.
    """
    if embedding.embedding_dim != head.in_features:
        raise ValueError(f"tied weights need embedding = width, not {embedding.embedding_dim} and {head.in_features}")
    nn.init.uniform_(embedding.weight, -0.1, 0.1)
    head.weight = embedding.weight

"""One matrix for the tokens that go in and those that come out (Press & Wolf 2017)."""

from torch import nn


def tie(embedding: nn.Embedding, head: nn.Linear) -> None:
    """The output product takes the embedding's weights, drawn anew: PyTorch's N(0, 1) is no scale for an output."""
    if embedding.embedding_dim != head.in_features:
        raise ValueError(f"tied weights need embedding = width, not {embedding.embedding_dim} and {head.in_features}")
    nn.init.uniform_(embedding.weight, -0.1, 0.1)
    head.weight = embedding.weight

"""How much a training step keeps."""

import torch
from torch import Tensor

from octavo.interfaces import Batch, Progress, TextModel


def kept(model: TextModel, batch: Batch) -> int:
    """Bytes of activations that a forward leaves for its backward, each storage once and no parameter."""
    own = {parameter.untyped_storage().data_ptr() for parameter in model.parameters()}
    storages: dict[int, int] = {}

    def keep(x: Tensor) -> Tensor:
        storages[x.untyped_storage().data_ptr()] = x.untyped_storage().nbytes()
        return x

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda x: x):
        loss = model(batch, Progress())
    del loss
    return sum(size for place, size in storages.items() if place not in own)

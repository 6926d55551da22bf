"""A model's repeated layers through torch.compile: one compilation serves all of a kind, whatever their number."""

import torch
from torch import nn


def compile_layers(model: nn.Module, backend: str = "inductor") -> None:
    """Compile, in place, each module whose class says `shard_here = True`; names and weights stay as they are.

    Only layers see neither the step nor a text's own length, on which a whole model would be compiled anew.
    """
    layers = [module for module in model.modules() if getattr(module, "shard_here", False)]
    if not layers:
        raise ValueError("--compile is for a transformer's layers, and this model has none: leave it out")
    if torch.are_deterministic_algorithms_enabled():
        torch.use_deterministic_algorithms(True)  # the compiler is told only now that it is imported
    for layer in layers:
        layer.compile(backend=backend)

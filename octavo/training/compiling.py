"""A model's parts through torch.compile: their layers, where one compilation serves all of a kind, else their forwards.

A whole model would be compiled anew at each step, which its loss sees; its parts see no step.
"""

import dataclasses
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

from octavo.interfaces import Loss, OneShot, Reader, TextModel, Writer, map_state

MOST_FORMS = 64  # of one function: kinds of layers, lengths fixed and free, training and evaluation


def compile_parts(model: TextModel, graphs: bool = False, backend: str = "inductor") -> None:
    """Compile, in place, each reader and writer, or its layers whose class says `compile_here = True`.

    Names and weights stay as they are. With `graphs`, for CUDA and batches of one shape, what was compiled is recorded
    as CUDA graphs, whose replays write over what the last one gave.
    """
    if torch.are_deterministic_algorithms_enabled():
        torch.use_deterministic_algorithms(True)  # the compiler is told only now that it is imported
    torch._dynamo.config.recompile_limit = MOST_FORMS
    how: dict[str, Any] = {"mode": "reduce-overhead", "dynamic": False} if graphs else {}
    for part in _compiled(model):
        if isinstance(part, OneShot):
            setattr(part, "decode", torch.compile(part.decode, backend=backend, **how))  # noqa: B010  its own method, hidden
        else:
            part.compile(backend=backend, **how)
    if graphs:
        model.register_forward_pre_hook(_free)
        model.register_forward_hook(_keep)


def _compiled(module: nn.Module) -> Iterator[nn.Module]:
    """The outermost readers and writers, or the outermost layers within them that are compiled by themselves."""
    if isinstance(module, Reader | Writer | OneShot):
        yield from list(_layers(module)) or [module]
    else:
        for child in module.children():
            yield from _compiled(child)


def _layers(module: nn.Module) -> Iterator[nn.Module]:
    if getattr(module, "compile_here", False):
        yield module
    else:
        for child in module.children():
            yield from _layers(child)


def _free(model: nn.Module, inputs: Any) -> None:
    """Let replays write over what came before, unless gradients of the same update are still being added up."""
    if all(weight.grad is None for weight in model.parameters()):
        torch.compiler.cudagraph_mark_step_begin()


def _keep(model: nn.Module, inputs: Any, loss: Loss) -> Loss:
    """The carry out of the reach of the replays that it outlives."""
    return dataclasses.replace(loss, carry=map_state(Tensor.clone, loss.carry))

"""What a training is made of, as flat tensors by name: the model, the optimizer, the carry.

Everything is given whole and under plain names, whatever DDP, FSDP or torch.compile made of the model, so that
a run saved on two ranks goes on with one, and the reverse. `flatten_…` is called on every rank, since shards are
gathered, a tensor at a time, and gives them to the first alone. Parameters are known by name, never by order.
(torch.distributed.checkpoint.state_dict would do the same, but it invents state, an Adam that has made one step, for
parameters that have had no gradient yet.)
"""

from collections import namedtuple
from collections.abc import Iterable, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from octavo import distributed
from octavo.interfaces import State
from octavo.training.optimizers import Optimizer

Tensors = dict[str, Tensor]


def flatten_model(model: nn.Module) -> Tensors:
    """Parameters and buffers, the tied ones once, under the first of their names.

    On the CPU they are the model's own tensors, not copies: save them before the next step.
    """
    first: dict[int, str] = {}
    tensors = model.state_dict(keep_vars=True)
    for name, tensor in tensors.items():
        first.setdefault(id(tensor), name)
    return _gathered((plain_name(model, name), tensors[name]) for name in first.values())


@torch.no_grad()
def restore_model(model: nn.Module, tensors: Mapping[str, Tensor]) -> None:
    """Copy every parameter and buffer into the model, in place."""
    own = {plain_name(model, name): tensor for name, tensor in model.state_dict(keep_vars=True).items()}
    copied = {id(own[name]) for name in tensors.keys() & own.keys()}
    missing = [name for name, tensor in own.items() if id(tensor) not in copied]
    if missing or tensors.keys() - own.keys():
        raise RuntimeError(_mismatch("model", missing, sorted(tensors.keys() - own.keys())))
    for name, tensor in tensors.items():
        if own[name].shape != tensor.shape:
            raise RuntimeError(
                f"{name} is {list(tensor.shape)} in the checkpoint, {list(own[name].shape)} in the model"
            )
        own[name].copy_(distributed.shard_like(tensor, own[name]))


def flatten_optimizer(optimizer: Optimizer, model: nn.Module) -> Tensors:
    """The state of every parameter that has been updated, as `parameter/entry`, step counts among it."""
    names = _parameter_names(model)
    return _gathered(
        (f"{names[id(weight)]}/{entry}", value)
        for part in optimizer.parts
        for weight, state in part.state.items()
        for entry, value in state.items()
    )


def restore_optimizer(optimizer: Optimizer, model: nn.Module, tensors: Mapping[str, Tensor]) -> None:
    """Give every parameter its state; learning rates and the like stay as the optimizer was built."""
    names, states = _parameter_names(model), _by_parameter(tensors)
    for part in optimizer.parts:
        whole = part.state_dict()
        weights = [weight for group in part.param_groups for weight in group["params"]]
        found = {number: states.pop(names[id(weight)], None) for number, weight in enumerate(weights)}
        whole["state"] = {
            number: {entry: _like(value, weights[number]) for entry, value in state.items()}
            for number, state in found.items()
            if state is not None
        }
        part.load_state_dict(whole)
    if states:
        raise ValueError(_mismatch("optimizer", [], sorted(states)))


def flatten_tree(tree: State) -> tuple[Tensors, Any]:
    """The tensors of a tree of tuples, and a description of the rest that JSON can hold.

    >>> flatten_tree((torch.ones(1), (3, None)))
    ({'0': tensor([1.])}, {'tuple': [{'tensor': '0'}, {'tuple': [{'value': 3}, {'value': None}]}]})
    """
    tensors: Tensors = {}
    described = _describe(tree, tensors)
    return _gathered(tensors.items()), described


def restore_tree(tensors: Mapping[str, Tensor], description: Any) -> State:
    """The tree of `flatten_tree`; a NamedTuple comes back as a tuple with the same names of fields."""
    kind, content = next(iter(description.items()))
    if kind == "tensor":
        return tensors[content]
    if kind == "value":
        return content
    items = [restore_tree(tensors, item) for item in content]
    return namedtuple(description["named"], description["fields"])(*items) if "named" in description else tuple(items)


def plain_name(model: nn.Module, name: str) -> str:
    """The name without what DDP and torch.compile put before it."""
    wrapped = isinstance(model, nn.parallel.DistributedDataParallel)
    return (name.removeprefix("module.") if wrapped else name).replace("_orig_mod.", "")


def _describe(tree: State, tensors: Tensors) -> dict[str, Any]:
    if isinstance(tree, Tensor):
        name = str(len(tensors))
        tensors[name] = tree
        return {"tensor": name}
    if isinstance(tree, tuple):
        described = {"tuple": [_describe(item, tensors) for item in tree]}
        return (
            described | {"named": type(tree).__name__, "fields": tree._fields}
            if hasattr(tree, "_fields")
            else described
        )
    if tree is None or isinstance(tree, int | float | str):
        return {"value": tree}
    raise ValueError(f"a state holds a {type(tree).__name__}: it may hold tuples, tensors, numbers, text and None")


def _parameter_names(model: nn.Module) -> dict[int, str]:
    return {id(weight): plain_name(model, name) for name, weight in model.named_parameters()}


def _by_parameter(tensors: Mapping[str, Tensor]) -> dict[str, Tensors]:
    states: dict[str, Tensors] = {}
    for name, tensor in tensors.items():
        weight, _, entry = name.rpartition("/")
        states.setdefault(weight, {})[entry] = tensor
    return states


def _mismatch(what: str, missing: list[str], unknown: list[str]) -> str:
    gaps = {"lacks": missing, "has besides": unknown}
    listed = "; ".join(f"{verb} {', '.join(names[:5])}" for verb, names in gaps.items() if names)
    return f"the checkpoint is of another {what}: it {listed}. Was the recipe changed?"


def _gathered(tensors: Iterable[tuple[str, Tensor]]) -> Tensors:
    """Whole tensors on the CPU, on the first rank: the others give their shards, and keep nothing."""
    kept: Tensors = {}
    for name, tensor in tensors:
        whole = distributed.whole(tensor)
        if distributed.is_first():
            kept[name] = whole.detach().cpu().contiguous()
    return kept


def _like(value: Tensor, target: Tensor) -> Tensor:
    """The optimizer's own copy, split over ranks as its parameter is unless it is a single number: a step count."""
    return (distributed.shard_like(value, target) if value.ndim else value).clone()

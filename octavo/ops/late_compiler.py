"""Keeping torch's compiler, two seconds of import, out of processes that compile nothing.

What torch holds apart from compiled graphs, its optimizers' bookkeeping and the kernels of custom operators, imports
the compiler at the first call, only to be left alone by it. Where torch keeps these is its own affair: should it move
them, the import is back, and a test says so.
"""

import sys
from collections.abc import Callable
from functools import cache
from typing import Any

import torch
from torch.library import CustomOpDef


def apart_from_compiler(operator: CustomOpDef) -> CustomOpDef:
    """An operator whose kernels import no compiler."""
    for kernel in getattr(operator, "_backend_fns", {}).values():
        _go_straight(kernel)
    return operator


@cache  # once is enough
def optimizers_apart_from_compiler() -> None:
    """The same for what every optimizer of torch does outside its steps."""
    for name in ("add_param_group", "zero_grad", "state_dict", "load_state_dict"):
        _go_straight(getattr(torch.optim.Optimizer, name))


def _go_straight(wrapped: Callable[..., Any]) -> None:
    """Let what torch wraps be called as it is for as long as nobody has imported the compiler."""
    function: Any = getattr(wrapped, "__wrapped__", wrapped)

    def straight(*args: Any, **named: Any) -> Any:
        if "torch._dynamo" not in sys.modules:
            return function(*args, **named)
        function.__dynamo_disable = torch._dynamo.disable(function, wrapping=False)
        return function.__dynamo_disable(*args, **named)

    function.__dynamo_disable = straight

"""The gated recurrence: nanoseconds an element, as a share of copying as many bytes, and against an eager loop.

A forward reads three pre-activations and writes the output and the state, 20 bytes an element in fp32; a backward
reads those, the state and one gradient and writes three, 32 bytes.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import torch
from torch import Tensor

from octavo.bench.ceilings import copy_rate
from octavo.bench.timing import medians
from octavo.ops.recurrence import Pooled, pool_gates, reference

Pool = Callable[[Tensor], Pooled]
IN_CACHE = (64, 8, 128)  # so few elements that it shows what a call costs
SHAPES = (IN_CACHE, (105, 20, 640), (512, 8, 320), (512, 32, 320), (1024, 16, 256), (4096, 1, 1024))
FORWARD_BYTES, BACKWARD_BYTES = 20, 32


def rows(device: torch.device) -> Iterator[dict[str, Any]]:
    """A row for each shape, fo-pooling in fp32: the smallest is held against no copy."""
    for shape in SHAPES:
        length, batch, width = shape
        gates_LBGH = torch.randn(length, batch, 3, width, device=device, requires_grad=True)
        gradient_LBH = torch.ones(length, batch, width, device=device)
        elements = length * batch * width
        taken = medians(
            {
                "forward": partial(_forward, pool_gates, gates_LBGH),
                "training": partial(_training, pool_gates, gates_LBGH, gradient_LBH),
                "eager_forward": partial(_forward, _eager, gates_LBGH),
                "eager_training": partial(_training, _eager, gates_LBGH, gradient_LBH),
            },
            rounds=5,
        )
        backward = taken["training"] - taken["forward"]
        yield {
            "shape": " x ".join(map(str, shape)),
            "forward_ns_per_element": round(1e9 * taken["forward"] / elements, 3),
            "backward_ns_per_element": round(1e9 * backward / elements, 3),
            **({} if shape == IN_CACHE else _shares(elements, taken["forward"], backward, device)),
            "times_eager_forward": round(taken["eager_forward"] / taken["forward"], 2),
            "times_eager_training": round(taken["eager_training"] / taken["training"], 2),
        }


def _shares(elements: int, forward: float, backward: float, device: torch.device) -> dict[str, float]:
    spent = {"forward": (FORWARD_BYTES * elements, forward), "backward": (BACKWARD_BYTES * elements, backward)}
    return {
        f"{direction}_share_of_copy": round(size / seconds / copy_rate(size, device), 3)
        for direction, (size, seconds) in spent.items()
    }


@torch.no_grad()
def _forward(pool: Pool, gates_LBGH: Tensor) -> None:
    pool(gates_LBGH)


def _training(pool: Pool, gates_LBGH: Tensor, gradient_LBH: Tensor) -> None:
    gates_LBGH.grad = None
    pool(gates_LBGH).output_LBH.backward(gradient_LBH)


def _eager(gates_LBGH: Tensor) -> Pooled:
    return reference.pool(*gates_LBGH.unbind(2))

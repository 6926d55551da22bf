"""A training step of each system, at its published sizes: how near to the machine's product rate, and where time goes.

The operations are those of all products, as PyTorch counts them while a step runs. On a CPU long steps have fewer texts
than the paper's: each row says how many. On CUDA a second row is of `--compile`, CUDA graphs included: every step has
one shape. L length, B batch.
"""

import time
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

import torch
from torch.autograd.profiler import profile
from torch.utils.flop_counter import FlopCounterMode

from octavo.bench.ceilings import Product, square
from octavo.bench.timing import medians
from octavo.bench.update import step_of
from octavo.interfaces import Alphabet, Batch
from octavo.models import build_model
from octavo.recipes import recipe
from octavo.training.compiling import compile_parts
from octavo.training.precision import Resolved, resolve_precision

aten = torch.ops.aten
Shape = Sequence[int]


class Size(NamedTuple):
    """How many ids a recipe's codec has in its paper, and the texts of a step."""

    ids: int
    length: int
    batch: int
    on_cpu: int  # texts: few enough for a second or two


SYSTEMS = {
    "recursive-autoencoder": Size(257, 1024, 16, 2),
    "hybrid-tweets": Size(257, 160, 32, 32),
    "t12-text8": Size(256, 512, 16, 2),
    "t64-text8": Size(256, 512, 16, 1),
    "scnn-vae-yahoo": Size(20_000, 100, 32, 8),
    "qrnn-ptb": Size(10_000, 105, 20, 20),
    "lstm-ptb-medium": Size(10_000, 35, 20, 20),
}
RATE = 0.0  # the weights stay what they are: nothing blows up on texts made of chance
PRODUCTS = ("mm", "convolution", "rnn")  # parts of the names of operations that multiply matrices


def rows(device: torch.device) -> Iterator[dict[str, Any]]:
    """A row for each system, in the precision that its training takes by default; on CUDA one more, compiled."""
    precision = resolve_precision("auto", device)
    product = square(precision, device)
    product.work()
    for name, size in SYSTEMS.items():
        batch = _texts(size, size.on_cpu if device.type == "cpu" else size.batch, device)
        yield row(name, size, batch, precision, product)
        if device.type == "cuda":
            yield row(name, size, batch, precision, product, backend="inductor")


def row(
    name: str, size: Size, batch: Batch, precision: Resolved, product: Product, backend: str | None = None
) -> dict[str, Any]:
    """One system's; compiled by a backend, the seconds of its first step stand beside it."""
    chosen, device = recipe(name), batch.tokens_LB.device
    model = build_model(chosen.model, Alphabet(size.ids, 0, 0)).to(device)
    step = partial(step_of(model, chosen.training, precision, RATE), batch)
    flops, first = _flops(step), {}
    if backend:
        compile_parts(model, graphs=device.type == "cuda", backend=backend)
        begun = time.perf_counter()
        step()
        first = {"compiled": True, "first_step_seconds": round(time.perf_counter() - begun, 1)}
    taken = medians({"step": step, "product": product.work}, rounds=3, warm=True)
    seconds, rate = taken["step"], product.operations / taken["product"]
    return {
        "system": name,
        **first,
        "shape": " x ".join(map(str, batch.tokens_LB.shape)),
        "precision": precision,
        "milliseconds": round(1e3 * seconds, 1),
        "tokens_per_s": round(batch.tokens_LB.numel() / seconds),
        "GFLOP_per_s": round(flops / seconds / 1e9, 1),
        "share_of_product_rate": round(flops / seconds / rate, 3),
        **_where(step, device),
    }


def _texts(size: Size, rows: int, device: torch.device) -> Batch:
    """Texts that fill their length, the end included."""
    tokens_LB = torch.randint(1, size.ids, (size.length, rows), device=device)
    tokens_LB[-1] = 0
    return Batch(tokens_LB, torch.full((rows,), size.length, device=device), torch.zeros_like(tokens_LB[0]))


def _flops(step: Any) -> int:
    known = {
        aten.addmm_: _added_flops,
        torch.ops.octavo.normalised_lstm: _normalised_flops,
        torch.ops.octavo.normalised_lstm_backward: _normalised_backward_flops,
        aten.mkldnn_rnn_layer: partial(_lstm_flops, 1),
        aten.mkldnn_rnn_layer_backward: partial(_lstm_flops, 2),
    }
    with FlopCounterMode(display=False, custom_mapping=known) as counter:
        step()
    return counter.get_total_flops()


def _added_flops(onto: Shape, a: Shape, b: Shape, **named: Any) -> int:
    """Of a product added in place, which PyTorch's own table leaves out."""
    return 2 * a[0] * a[1] * b[1]


def _normalised_flops(inputs: Shape, state: Shape, *rest: Any, **named: Any) -> int:
    """Of the layer-normalised LSTM's products with its last outputs."""
    return 2 * inputs[0] * inputs[1] * inputs[2] * state[1]


def _normalised_backward_flops(initial: Any, weights: Any, results: Any, *rest: Any, **named: Any) -> int:
    return 2 * _normalised_flops(results[2], initial[0])


def _lstm_flops(times: int, x: Shape, of_inputs: Shape, of_state: Shape, *rest: Any, **named: Any) -> int:
    """Of a layer's two products, from the shapes of what PyTorch's CPU kernel takes: x_LBD, weights_GD, weights_GH."""
    return times * 2 * x[0] * x[1] * of_inputs[0] * (of_inputs[1] + of_state[1])


def _where(step: Any, device: torch.device) -> dict[str, float | str]:
    """The share of time in products, and the operation that takes most of what is left."""
    cuda = device.type == "cuda"
    with profile(use_kineto=cuda, use_device="cuda" if cuda else None) as profiled:
        step()
    events = profiled.key_averages()  # type: ignore[union-attr]
    spent = {row.key: row.self_device_time_total if cuda else row.self_cpu_time_total for row in events}
    others = {name: time for name, time in spent.items() if not any(part in name for part in PRODUCTS)}
    total, most = sum(spent.values()), max(others, key=lambda name: others[name])
    return {
        "share_of_time_in_products": round(1 - sum(others.values()) / total, 3),
        "most_of_the_rest": most,
        "its_share": round(others[most] / total, 3),
    }

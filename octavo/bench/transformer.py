"""A training step of T12, 16 windows of 512 bytes, against stock PyTorch's layers of the same sizes; T64's memory.

Where a CPU has no fast bf16 products, fp32 alone is compared, of 2 windows. L length, B batch.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from octavo.bench.ceilings import square
from octavo.bench.memory import kept
from octavo.bench.timing import medians
from octavo.bench.update import step_of, stock_step_of
from octavo.data.batching import WindowsConfig
from octavo.interfaces import Alphabet, Batch, Progress
from octavo.models import build_model
from octavo.recipe import Recipe, override
from octavo.recipes import recipe
from octavo.training.precision import Resolved, resolve_precision
from octavo.writers.transformer import TransformerWriterConfig

BYTES = Alphabet(256, 10)
SMALLER = {"data.batching.batch": 2}
FINAL = {"model.auxiliary.layers": None, "model.auxiliary.targets": 1}


class Stock(nn.Module):
    """The same sizes of `nn.TransformerEncoderLayer`, which attends by scaled_dot_product_attention."""

    def __init__(self, config: TransformerWriterConfig) -> None:
        super().__init__()
        layer = nn.TransformerEncoderLayer(
            config.width, config.heads, config.filter, config.dropout, activation="relu", batch_first=True
        )
        self.embedding = nn.Embedding(BYTES.size, config.width)
        self.places = nn.Embedding(config.context, config.width)
        self.layers = nn.TransformerEncoder(layer, config.layers, enable_nested_tensor=False)
        self.head = nn.Linear(config.width, BYTES.size)

    def forward(self, batch: Batch) -> Tensor:
        x_BLD = self.embedding(batch.inputs_LB.t()) + self.places.weight[: len(batch.tokens_LB)]
        future = nn.Transformer.generate_square_subsequent_mask(x_BLD.shape[1], device=x_BLD.device)
        logits_BLV = self.head(self.layers(x_BLD, mask=future, is_causal=True))
        return F.cross_entropy(logits_BLV.flatten(0, 1).float(), batch.tokens_LB.t().flatten())


def rows(device: torch.device) -> Iterator[dict[str, Any]]:
    """A row: tokens per second with the final layer's loss and with all losses, of stock layers, and ratios.

    Then what T64 keeps for its backward.
    """
    fast = resolve_precision("auto", device)
    chosen = recipe("t12-text8") if fast == "bf16" else override(recipe("t12-text8"), SMALLER)
    yield compared(chosen, device, fast)
    yield from remembered(recipe("t64-text8"), device)


def compared(chosen: Recipe, device: torch.device, fast: Resolved) -> dict[str, Any]:
    """Turns of all in one process, each a whole update with the recipe's own optimizer."""
    batch = _batch(chosen, device)
    length, rows = batch.tokens_LB.shape
    precisions: list[Resolved] = ["fp32"] if fast == "fp32" else ["fp32", fast]
    works = {
        "octavo": _octavo(override(chosen, FINAL), batch, device, fast),
        "octavo_all_losses": _octavo(chosen, batch, device, fast),
        **{f"stock_{precision}": _stock(chosen, batch, device, precision) for precision in precisions},
    }
    product = square(fast, device)
    taken = medians({**works, "product": product.work}, rounds=3, seconds=0.2)
    product_rate = product.operations / taken.pop("product")
    return {
        "layers": chosen.model.writer.layers,  # type: ignore[union-attr]
        "batch": rows,
        "length": length,
        "precision": fast,
        **{f"{name}_tokens_per_s": round(rows * length / seconds) for name, seconds in taken.items()},
        "share_of_product_rate": round(_flops(chosen) * rows * length / taken["octavo"] / product_rate, 3),
        **{f"times_{name}": round(taken[name] / taken["octavo"], 2) for name in taken if name.startswith("stock")},
    }


def remembered(chosen: Recipe, device: torch.device) -> Iterator[dict[str, Any]]:
    """What all losses of one window leave for their backward in fp32, with and without activations made again."""
    for recompute in (True, False):
        one = override(chosen, {"data.batching.batch": 1, "model.writer.recompute": recompute})
        batch = _batch(one, device)
        bytes_kept = kept(build_model(one.model, BYTES).to(device), batch)
        yield {
            "layers": one.model.writer.layers,  # type: ignore[union-attr]
            "batch": 1,
            "length": len(batch.tokens_LB),
            "precision": "fp32",
            "recompute": recompute,
            "kept_for_backward_MB": round(bytes_kept / 1e6, 3),
        }


def _batch(chosen: Recipe, device: torch.device) -> Batch:
    batching = chosen.data.batching
    assert isinstance(batching, WindowsConfig)
    tokens_LB = torch.randint(BYTES.size, (batching.window, batching.batch), device=device)
    return Batch(tokens_LB, torch.full_like(tokens_LB[0], batching.window), tokens_LB[-1])


def _flops(chosen: Recipe) -> int:
    """Of a token's products, forward and twice as much backward; attention's own, which grow with length, apart."""
    writer = chosen.model.writer  # type: ignore[union-attr]
    assert isinstance(writer, TransformerWriterConfig)
    return 6 * (writer.layers * (4 * writer.width**2 + 2 * writer.width * writer.filter) + writer.width * BYTES.size)


def _octavo(chosen: Recipe, batch: Batch, device: torch.device, precision: Resolved) -> Callable[[], None]:
    training = chosen.training
    model = build_model(chosen.model, BYTES).to(device)
    return partial(step_of(model, training, precision, training.optimizer.rate(Progress())), batch)


def _stock(chosen: Recipe, batch: Batch, device: torch.device, precision: Resolved) -> Callable[[], None]:
    assert isinstance(chosen.model.writer, TransformerWriterConfig)  # type: ignore[union-attr]
    model = Stock(chosen.model.writer).to(device)  # type: ignore[union-attr]
    # As it is called by default: neither fused nor told where the gradients are.
    optimizer = torch.optim.SGD(model.parameters(), lr=0.003, momentum=0.99)
    return partial(stock_step_of(model, optimizer, chosen.training.clip, precision), batch)

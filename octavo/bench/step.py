"""A training step of the paper's language models, part by part: the left half of the QRNN paper's Figure 4.

20 rows of 105 words of 10,000, two layers of 640, every part forward and backward. V vocabulary, L length, B batch.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Literal

import torch
from torch import Tensor

from octavo.bench.timing import medians
from octavo.interfaces import Alphabet, Batch
from octavo.models import build_model
from octavo.models.language_model import LanguageModel
from octavo.models.objective import text_nats
from octavo.recipe import Recipe
from octavo.recipes import recipe
from octavo.training.optimizers import Optimizer, build, clip
from octavo.training.precision import autocast, resolve_precision

Precision = Literal["fp32", "bf16"]
WORDS, LENGTH, BATCH = 10_000, 105, 20
RECIPES = {"nn.LSTM": "lstm-ptb-640", "QRNN": "qrnn-ptb"}


def rows(device: torch.device) -> Iterator[dict[str, Any]]:
    """A row for each layer and precision: milliseconds of recurrent layers, of the softmax and of the optimizer."""
    batch = _batch(device)
    precisions: list[Precision] = ["fp32", resolve_precision("auto", device)]
    for precision in dict.fromkeys(precisions):
        for name, published in RECIPES.items():
            taken = medians(_parts(recipe(published), batch, device, precision), rounds=5, seconds=0.2)
            milliseconds = {f"{part}_ms": round(1e3 * seconds, 2) for part, seconds in taken.items()}
            yield {"layer": name, "precision": precision, **milliseconds}


def _batch(device: torch.device) -> Batch:
    tokens_LB = torch.randint(WORDS, (LENGTH, BATCH), device=device)
    return Batch(tokens_LB, torch.full((BATCH,), LENGTH, device=device), tokens_LB[-1])


def _parts(
    published: Recipe, batch: Batch, device: torch.device, precision: Precision
) -> dict[str, Callable[[], None]]:
    model = build_model(published.model, Alphabet(WORDS, 0)).to(device)
    assert isinstance(model, LanguageModel)
    with autocast(device, precision):
        states_LBD = model.writer(batch.inputs_LB, model.writer.begin(None, BATCH)).states_LBD.detach()
    optimizer = build(published.training.optimizer, model)
    gradients = [torch.zeros_like(weight) for weight in model.parameters()]
    return {
        "recurrent": partial(_recurrent, model, batch, torch.ones_like(states_LBD), precision),
        "softmax": partial(_softmax, model, batch, states_LBD, precision),
        "optimizer": partial(_optimize, model, optimizer, gradients, published.training.clip),
    }


def _recurrent(model: LanguageModel, batch: Batch, gradient_LBD: Tensor, precision: Precision) -> None:
    model.zero_grad()
    with autocast(gradient_LBD.device, precision):
        written = model.writer(batch.inputs_LB, model.writer.begin(None, BATCH))
    written.states_LBD.backward(gradient_LBD)


def _softmax(model: LanguageModel, batch: Batch, states_LBD: Tensor, precision: Precision) -> None:
    model.zero_grad()
    with autocast(states_LBD.device, precision):
        total, _ = text_nats(model.writer.head, states_LBD.detach().requires_grad_(), batch)
    total.backward()


def _optimize(model: LanguageModel, optimizer: Optimizer, gradients: list[Tensor], limit: float | None) -> None:
    for weight, gradient in zip(model.parameters(), gradients, strict=True):
        weight.grad = gradient
    clip(model.parameters(), limit)
    optimizer.step()

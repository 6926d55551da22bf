"""A training step of the paper's language models, part by part: the left half of the QRNN paper's Figure 4.

20 rows of 105 words of 10,000, two layers of 640, every part forward and backward: Octavo's forms beside PyTorch's own,
`nn.LSTM`, `nn.Linear` with `F.cross_entropy`, and an optimizer as it is called by default. All have their recipe's
dropout, which stock makes by `nn.Dropout`.

Shapes: V vocabulary, L length, B batch, D features.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from octavo.bench.ceilings import square
from octavo.bench.softmax import fused, stock
from octavo.bench.timing import Work, medians
from octavo.bench.update import stock_update
from octavo.interfaces import Alphabet
from octavo.models import build_model
from octavo.models.language_model import LanguageModel
from octavo.recipe import Recipe
from octavo.recipes import recipe
from octavo.training.optimizers import SGDConfig, build, clipping
from octavo.training.precision import Resolved, autocast, resolve_precision
from octavo.writers.lstm import LSTMWriterConfig

Parts = dict[str, Work]
WORDS, LENGTH, BATCH = 10_000, 105, 20
LAYERS, WIDTH = 2, 640
RECIPES = {"nn.LSTM": "lstm-ptb-640", "QRNN": "qrnn-ptb"}
STOCK = "nn.LSTM, stock"
ENOUGH = 18.0  # seconds, for three rounds: two had told forms apart that are alike


def rows(device: torch.device) -> Iterator[dict[str, Any]]:
    """A row for each form and precision: milliseconds of its parts and of all, and how many times faster than stock.

    All take turns in one process. "Stock" is PyTorch in fp32, as a user calls it.
    """
    tokens_LB = torch.randint(WORDS, (LENGTH, BATCH), device=device)
    precisions: list[Resolved] = ["fp32", resolve_precision("auto", device)]
    forms = {
        (name, precision): _stock(tokens_LB, precision)
        if name == STOCK
        else _octavo(recipe(RECIPES[name]), tokens_LB, precision)
        for precision in dict.fromkeys(precisions)
        for name in (STOCK, *RECIPES)
    }
    works = {(*form, part): work for form, parts in forms.items() for part, work in parts.items()}
    products = {("product", precision): square(precision, device) for precision in precisions}
    taken = medians(
        works | {name: product.work for name, product in products.items()}, rounds=5, seconds=0.2, enough=ENOUGH
    )
    rates = {precision: product.operations / taken[name, precision] for (name, precision), product in products.items()}
    totals = {form: taken[*form, "total"] for form in forms}
    for form, parts in forms.items():
        yield {
            "layer": form[0],
            "precision": form[1],
            **{f"{part}_ms": round(1e3 * taken[*form, part], 1) for part in parts},
            "share_of_product_rate": round(_flops(form[0]) / totals[form] / rates[form[1]], 3),
            "times_by_operations": round(_flops(STOCK) / _flops(form[0]), 2),
            "times_stock_fp32": round(totals[STOCK, "fp32"] / totals[form], 2),
        }


def _flops(layer: str) -> float:
    """Of all products, forward and twice as much backward: an LSTM's 8 matrices a layer, a window-2 QRNN's 6."""
    matrices = LAYERS * (6 if layer == "QRNN" else 8) * WIDTH**2 + WIDTH * WORDS
    return 3 * 2 * LENGTH * BATCH * matrices


def _octavo(published: Recipe, tokens_LB: Tensor, precision: Resolved) -> Parts:
    """A recipe's own writer, head, optimizer and clipping."""
    model = build_model(published.model, Alphabet(WORDS, 0)).to(tokens_LB.device)
    assert isinstance(model, LanguageModel)
    optimizer = build(published.training.optimizer, model)
    one = torch.ones((), device=tokens_LB.device)

    def step() -> None:
        optimizer.step(clipping(model.parameters(), published.training.clip, one))

    def states() -> Tensor:
        return model.writer(tokens_LB, model.writer.begin(None, BATCH)).states_LBD

    return _parts(model, states, partial(fused, model.writer.head), tokens_LB, step, precision)


def _stock(tokens_LB: Tensor, precision: Resolved) -> Parts:
    """The same sizes, dropout, optimizer and clipping by PyTorch's own means."""
    published = recipe(RECIPES["nn.LSTM"])
    config, writer = published.training.optimizer, published.model.writer  # type: ignore[union-attr]
    assert isinstance(config, SGDConfig)
    assert isinstance(writer, LSTMWriterConfig)
    embedding, lstm = nn.Embedding(WORDS, WIDTH), nn.LSTM(WIDTH, WIDTH, LAYERS, dropout=writer.dropout)
    dropout, dropout_output = nn.Dropout(writer.dropout), nn.Dropout(writer.dropout_output)
    head = nn.Linear(WIDTH, WORDS)
    model = nn.ModuleList([embedding, lstm, head]).to(tokens_LB.device)
    # At a rate of 0, as Octavo's optimizers have it until they are told another: what is timed stays what it was.
    optimizer = torch.optim.SGD(model.parameters(), lr=0.0, momentum=config.momentum, weight_decay=config.weight_decay)
    update = partial(stock_update, optimizer, published.training.clip)

    def states() -> Tensor:
        return dropout_output(lstm(dropout(embedding(tokens_LB)))[0])

    return _parts(model, states, partial(stock, head), tokens_LB, update, precision)


def _parts(
    model: nn.Module,
    states: Callable[[], Tensor],
    loss: Callable[[Tensor, Tensor], Tensor],
    tokens_LB: Tensor,
    step: Work,
    precision: Resolved,
) -> Parts:
    with autocast(tokens_LB.device, precision), torch.no_grad():
        states_ND = states().flatten(0, 1)
    gradients = [torch.zeros_like(weight) for weight in model.parameters()]

    def recurrent() -> None:
        model.zero_grad()
        with autocast(tokens_LB.device, precision):
            made_LBD = states()
        made_LBD.backward(torch.ones_like(made_LBD))

    def softmax() -> None:
        model.zero_grad()
        with autocast(tokens_LB.device, precision):
            total = loss(states_ND.detach().requires_grad_(), tokens_LB.flatten())
        total.backward()

    def optimize() -> None:
        for weight, gradient in zip(model.parameters(), gradients, strict=True):
            weight.grad = gradient
        step()

    def total() -> None:
        model.zero_grad()
        with autocast(tokens_LB.device, precision):
            nats = loss(states().flatten(0, 1), tokens_LB.flatten())
        nats.backward()
        step()

    return {"recurrent": recurrent, "softmax": softmax, "optimizer": optimize, "total": total}

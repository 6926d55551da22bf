"""Sums of nats over texts, and what people make of them: bits per byte, perplexity. Shapes: L length, B batch."""

import math
from collections.abc import Callable, Iterable
from typing import NamedTuple

import torch
from torch import Tensor

from octavo.interfaces import SHARE_OF_CLASS, Batch, Mean, Progress, State, TextModel

Sums = dict[str, Mean]
Scorer = Callable[[Batch, State], tuple[Tensor, State]]  # a model's `score`: nats_LB and the carry
Figures = dict[str, tuple[float, str]]  # name → (value, unit)
PER_TEXT = dict.fromkeys(("label_nats", "label_kl", "reconstruction", "kl", "plan", "mutual_information"), "nats/text")
UNITS = {"active_units": "units", "error": "share of tokens", "accuracy": "share of texts", **PER_TEXT}


class Scale(NamedTuple):
    """What a token stands for: its unit, and how many bytes and units of text a token makes on average.

    An end symbol is a token but no text, so that of documents these are not 1 even where a token is a byte.
    """

    unit: str
    bytes_per_token: float
    units_per_token: float


@torch.no_grad()
def sums(model: TextModel, batches: Iterable[Batch], device: torch.device, progress: Progress | None = None) -> Sums:
    """The totals of a model's objective and metrics over batches, the carry going on where a batch continues."""
    was_training = model.training
    model.eval()
    totals: Sums = {}
    carry: State = None
    for batch in batches:
        loss = model(batch.map(lambda tensor: tensor.to(device)), progress or Progress(share=1.0), carry)
        carry = loss.carry
        for name, mean in {"objective": loss.objective, **loss.metrics}.items():
            exact = Mean(float(mean.total), float(mean.count))
            totals[name] = totals[name] + exact if name in totals else exact
    model.train(was_training)
    return totals


class Score(NamedTuple):
    """One text's cost."""

    document: int
    nats: float
    tokens: int


@torch.no_grad()
def scores(score: Scorer, batches: Iterable[Batch], device: torch.device) -> Iterable[Score]:
    """The cost of each document, each begun anew; a batch that continues the one before goes on with its documents."""
    found: list[Score] = []
    carry: State = None
    for batch in batches:
        if not batch.continues:
            yield from found
            found, carry = [], None
        nats_LB, carry = score(batch.map(lambda tensor: tensor.to(device)), carry)
        more = _scores_of(batch, nats_LB)
        found = [_joined(*two) for two in zip(found, more, strict=True)] if found else more
    yield from found


def _scores_of(batch: Batch, nats_LB: Tensor) -> list[Score]:
    assert batch.documents_B is not None
    nats_B = nats_LB.double().sum(0)
    rows = zip(batch.documents_B.tolist(), nats_B.tolist(), batch.lengths_B.tolist(), strict=True)
    return [Score(*row) for row in rows]


def _joined(first: Score, rest: Score) -> Score:
    assert first.document == rest.document
    return Score(first.document, first.nats + rest.nats, first.tokens + rest.tokens)


def readable(totals: Sums, scale: Scale) -> Figures:
    """The sums in people's units: what is called "nats" becomes bits per byte, bits per character, perplexity.

    What was counted nowhere, as an accuracy where no text has a label, is left out.

    >>> readable({"nats": Mean(math.log(2) * 80, 10), "accuracy": Mean(0, 0)}, Scale("byte", 1.0, 1.0))
    {'bits_per_byte': (8.0, 'bits/byte')}
    """
    totals = {name: mean for name, mean in totals.items() if mean.count}
    shares = [mean.value for name, mean in totals.items() if name.startswith(SHARE_OF_CLASS)]
    rest = {
        name: mean
        for name, mean in totals.items()
        if name not in ("nats", "objective") and not name.startswith(SHARE_OF_CLASS)
    }
    figures = {name: (mean.value, UNITS.get(name.partition("/")[0], "")) for name, mean in rest.items()}
    if shares:
        figures["assignment_entropy"] = -sum(share * math.log(share) for share in shares if share > 0), "nats"
    if "nats" not in totals:
        return figures
    nats, tokens = totals["nats"]
    by_unit: Figures = {}
    if scale.unit == "character":
        bits_per_character = nats / math.log(2) / (tokens * scale.units_per_token)
        by_unit["bits_per_character"] = (bits_per_character, "bits/character")
    if scale.unit == "word":
        by_unit["perplexity"] = (_exp(nats / tokens), "per word")
    bits_per_byte = nats / math.log(2) / (tokens * scale.bytes_per_token)
    return {**by_unit, "bits_per_byte": (bits_per_byte, "bits/byte"), **figures}


def _exp(nats: float) -> float:
    return math.exp(nats) if nats < 700 else math.inf

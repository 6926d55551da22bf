"""The few words that every part speaks. Read this file first.

A **reader** turns text into states and a summary. A **writer** turns what came before, and a condition,
into the next token. A **model** puts parts under an objective: called on a Batch, it returns its Loss.

Shapes: L length, B batch, D features, V vocabulary. Time comes first, so that a shifted view is contiguous.
"""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from octavo.schedules import Progress as Progress

State = Any  # a tree of tuples whose tensors have the batch as their second dimension
SHARE_OF_CLASS = "share_of_class/"  # such metrics, a number after it, are read together, as one distribution
Condition = Any  # None, a vector for each text (condition_BD), or a Reading


class Alphabet(NamedTuple):
    """What a model must know of a codec: how many ids, the id before every text, the id that ends one."""

    size: int
    begin: int
    end: int | None = None


@dataclass(frozen=True)
class Batch:
    """Texts side by side. `previous_B` is the token before each: the begin id, or what the last window ended on.

    `documents_B` numbers the documents (or windows) so that an error can name them. `continues` says that this
    window follows on the one before, so that a model's carry goes on. `source` is what the text is written from,
    where that is another one: what it translates, or itself, mutated. `weights_B` is there where an objective takes
    means of two kinds of text apart: 1 for the first kind, for the other the ratio of their numbers.
    """

    tokens_LB: Tensor
    lengths_B: Tensor
    previous_B: Tensor
    documents_B: Tensor | None = None
    labels_B: Tensor | None = None
    weights_B: Tensor | None = None
    source: Batch | None = None
    continues: bool = False

    @property
    def inputs_LB(self) -> Tensor:
        """Each token's predecessor: what a teacher-forced writer reads."""
        return torch.cat([self.previous_B[None], self.tokens_LB[:-1]])

    @property
    def origin(self) -> Batch:
        """What a reader reads: the source or, where there is none, the text itself."""
        return self if self.source is None else self.source

    @property
    def valid_LB(self) -> Tensor:
        """True where a token stands, False where the text has ended."""
        positions_L = torch.arange(len(self.tokens_LB), device=self.lengths_B.device)
        return positions_L[:, None] < self.lengths_B

    def map(self, change: Callable[[Tensor], Tensor]) -> Batch:
        """The batch with every tensor changed, moved to a device, say."""
        changed = {name: _map_field(change, value) for name, value in vars(self).items()}
        return dataclasses.replace(self, **changed)


def _map_field(change: Callable[[Tensor], Tensor], value: Any) -> Any:
    if isinstance(value, Batch):
        return value.map(change)
    return change(value) if isinstance(value, Tensor) else value


class Mean(NamedTuple):
    """A total and the count that will divide it, once, last: over batches and ranks alike.

    >>> (Mean(6.0, 2) + Mean(2.0, 2)).value
    2.0
    """

    total: Any
    count: Any

    def __add__(self, other: Any) -> Mean:
        return Mean(self.total + other.total, self.count + other.count)

    @property
    def value(self) -> float:
        total, count = (part.detach() if isinstance(part, Tensor) else part for part in self)
        return float(total) / max(float(count), 1e-12)


@dataclass(frozen=True)
class Loss:
    """What a model returns: the mean to minimise, what to report, and the state for the window that follows.

    A metric that stands for nats over tokens is called "nats"; what people read (bits per byte, perplexity)
    is made from its sums, by the codec that knows what a token is.
    """

    objective: Mean
    metrics: dict[str, Mean]
    carry: State = None


class Reading(NamedTuple):
    """What a reader made of texts: a state for each position, and a summary of the whole.

    `layers` holds each layer's own summary, for the writers that take one for each of theirs.
    """

    states_LBD: Tensor
    summary_BD: Tensor
    lengths_B: Tensor
    layers: tuple[Tensor, ...] = ()


class Written(NamedTuple):
    """What a writer made of its inputs: states for its head, the state to go on from, and inner activations."""

    states_LBD: Tensor
    state: State
    inner: tuple[Tensor, ...] = ()


def vector_of(condition: Condition) -> Tensor:
    """A condition as a vector for each text: itself, or the summary of what was read."""
    return condition.summary_BD if isinstance(condition, Reading) else condition


class Reader(nn.Module, ABC):
    """Text to states and a summary of `width` features, of a text of at most `longest` tokens if there is a bound."""

    width: int
    longest: int | None = None

    @abstractmethod
    def forward(self, tokens_LB: Tensor, lengths_B: Tensor) -> Reading: ...


class Writer(nn.Module, ABC):
    """An autoregressive writer: whole texts teacher-forced, or one token at a time, with the same result.

    A writer with a `context` sees no more than so many tokens, the newest among them. One that `rolls` lets the oldest
    leave by itself, at any length as a banded mask would; of another, a state that holds so many takes no more.
    `inner_widths` are the features of each inner activation that `forward` hands out, from the first to the last.
    """

    head: nn.Linear
    context: int | None = None
    rolls: bool = False
    inner_widths: tuple[int, ...] = ()

    @abstractmethod
    def begin(self, condition: Condition, batch: int) -> State:
        """The state before any token, holding all that the writer keeps of its condition."""

    @abstractmethod
    def forward(self, inputs_LB: Tensor, state: State) -> Written: ...

    def advance(self, token_B: Tensor, state: State) -> tuple[Tensor, State]:
        """One token in, logits_BV of the next one out: by contract, the whole forward's own figures."""
        written = self(token_B[None], state)
        return self.head(written.states_LBD[-1]).float(), written.state


class OneShot(nn.Module, ABC):
    """A writer that gives all positions at once, at most `longest` if there is a bound."""

    longest: int | None = None

    @abstractmethod
    def decode(self, condition_BD: Tensor, length: int) -> Tensor:
        """Logits_LBV for every position."""

    def level(self, length: int) -> int:
        """The length at which it writes a text of so many tokens: what must be kept beside a vector to decode it."""
        return length


class TextModel(nn.Module, ABC):
    """Parts under an objective. What else a model can do, it says by the methods it has.

    `score` costs texts, `condition` (from nothing) and `encode` (from texts) say what a writer begins from, `logits`
    lets each token be inspected, `classify` gives labels, `read` makes a Reading to translate from.

    One that `carries` can be given a text in windows, by the carry; another must see each text whole. The modules named
    in `training_only` are None in a model that has been trained.
    """

    carries: bool = False
    training_only: tuple[str, ...] = ()

    @abstractmethod
    def forward(self, batch: Batch, progress: Progress, carry: State = None) -> Loss: ...

    def settle(self, progress: Progress) -> bool:
        """Let learn, before an update, what still does and nothing else; whether that has changed."""
        return False


def map_state(change: Callable[[Tensor], Tensor], state: State) -> State:
    """Apply `change` to every tensor of a state.

    >>> map_state(lambda t: t + 1, (torch.zeros(1, 2), (3, None)))
    (tensor([[1., 1.]]), (3, None))
    """
    if isinstance(state, Tensor):
        return change(state)
    if isinstance(state, tuple):
        items = [map_state(change, item) for item in state]
        return type(state)(*items) if hasattr(state, "_fields") else tuple(items)
    return state


def detach_state(state: State) -> State:
    """The state cut off from the graph that made it: gradients stop at a window's edge."""
    return map_state(Tensor.detach, state)


def select_state(state: State, rows_B: Tensor) -> State:
    """The state of the chosen rows, in their order: beams branch and finished texts leave."""
    return map_state(lambda tensor: tensor.index_select(1, rows_B), state)

"""Greedy and sampled texts from any writer: `generate`.

L length, B texts still being written, D features, V vocabulary.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from math import inf
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from octavo.config import config
from octavo.generation.choosing import at_temperature, draw, ids_of, top_k, top_p, without, without_begin
from octavo.generation.windows import Window, in_sight, windowed
from octavo.interfaces import Alphabet, Condition, State, Writer, select_state

Decode = Callable[[list[int]], bytes]
Stopped = Callable[[list[int]], bool]
OnToken = Callable[[int, int], None]  # called with a text's row and its new id


@config
class SamplingConfig:
    """How each token is chosen, and when a text stops. `top_k` of None and `top_p` of 1 leave all ids in.

    The tokens that `bad_words` are written with, the unknown word's say, are never chosen.
    """

    max_new_tokens: int = 256
    do_sample: bool = True
    temperature: float = 1.0
    top_k: int | None = None
    top_p: float = 1.0
    seed: int = 0
    stop: tuple[bytes, ...] = ()
    bad_words: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        for name, holds, wanted in (
            ("max_new_tokens", self.max_new_tokens >= 1, "at least 1"),
            ("temperature", 0 <= self.temperature < inf, "0 (greedy) or above"),
            ("top_k", self.top_k is None or self.top_k >= 1, "at least 1, or None for all ids"),
            ("top_p", 0 < self.top_p <= 1, "above 0 and at most 1"),
            ("seed", self.seed >= 0, "at least 0"),
            ("stop", all(self.stop), "strings of at least one byte"),
        ):
            if not holds:
                raise ValueError(f"{name} is {getattr(self, name)!r}: it must be {wanted}")

    @property
    def greedy(self) -> bool:
        return not self.do_sample or self.temperature == 0


class Generated(NamedTuple):
    """The new ids, without the end, and whether the text came to it (or to a stop string, which stays in)."""

    ids: list[int]
    ended: bool


@dataclass
class _Text:
    """A text being written: the tokens its prompt still dictates, its own stream of chance, and what came of them."""

    row: int
    dictated: deque[int]
    chance: np.random.Generator
    ids: list[int] = field(default_factory=list)
    newest: int = -1
    ended: bool = False

    def uniform(self) -> float:
        """A number in [0, 1) to choose by; none is spent on a dictated token."""
        return 0.0 if self.dictated else self.chance.random()

    def goes_on(self, longest: int) -> bool:
        return not self.ended and len(self.ids) < longest


@torch.no_grad()
def generate(
    writer: Writer,
    condition: Condition,
    prompts: Sequence[Sequence[int]],
    alphabet: Alphabet,
    options: SamplingConfig,
    decode: Decode,
    on_token: OnToken | None = None,
    window: Window | None = None,
) -> list[Generated]:
    """Continue every prompt, all side by side, each as if it were alone.

    The condition holds as many texts as there are prompts. The writer should be in evaluation mode. `window` says what
    one of bounded sight does beyond it.
    """
    if not prompts:
        return []
    writer = windowed(writer, window)
    opened = [in_sight(writer, [alphabet.begin, *map(int, prompt)]) for prompt in prompts]
    common = min(map(len, opened))
    logits_BV, state = _read(writer, condition, [inputs[:common] for inputs in opened])
    texts = [
        _Text(row, deque(inputs[common:]), np.random.default_rng((options.seed, row)))
        for row, inputs in enumerate(opened)
    ]
    stopped = partial(_stopped, stop=options.stop, decode=decode)
    barred = ids_of(options.bad_words, alphabet.size, decode)
    writing = texts
    while True:
        allowed_BV = without(without_begin(logits_BV, alphabet), barred)
        chosen = choose(allowed_BV, options, [text.uniform() for text in writing])
        for text, token in zip(writing, chosen, strict=True):
            _take(text, token, alphabet.end, stopped, on_token)
        going = [place for place, text in enumerate(writing) if text.goes_on(options.max_new_tokens)]
        if not going:
            return [Generated(text.ids, text.ended) for text in texts]
        if len(going) < len(writing):
            state = select_state(state, torch.tensor(going, device=logits_BV.device))
            writing = [writing[place] for place in going]
        token_B = torch.tensor([text.newest for text in writing], device=logits_BV.device)
        logits_BV, state = writer.advance(token_B, state)


def choose(logits_BV: Tensor, options: SamplingConfig, uniform_B: Sequence[float]) -> list[int]:
    """An id for each text: the likeliest, or the one its number in [0, 1) falls on."""
    if options.greedy:
        return logits_BV.argmax(-1).tolist()
    logits_BV = at_temperature(logits_BV, options.temperature)
    if options.top_k is not None:
        logits_BV = top_k(logits_BV, options.top_k)
    if options.top_p < 1:
        logits_BV = top_p(logits_BV, options.top_p)
    return draw(logits_BV, uniform_B).tolist()


def _read(writer: Writer, condition: Condition, opened: list[list[int]]) -> tuple[Tensor, State]:
    """Openings of one length in a single forward: logits_BV of what follows, and the state."""
    inputs_LB = torch.tensor(opened, device=writer.head.weight.device).T
    written = writer(inputs_LB, writer.begin(condition, len(opened)))
    return writer.head(written.states_LBD[-1]).float(), written.state


def _take(text: _Text, chosen: int, end: int | None, stopped: Stopped, on_token: OnToken | None) -> None:
    """Go on with the prompt's next token, or with the chosen one, which is noted."""
    if text.dictated:
        text.newest = text.dictated.popleft()
        return
    text.newest = chosen
    if chosen == end:
        text.ended = True
        return
    text.ids.append(chosen)
    text.ended = stopped(text.ids)
    if on_token is not None:
        on_token(text.row, chosen)


def _stopped(ids: list[int], stop: tuple[bytes, ...], decode: Decode) -> bool:
    """Whether the newest id completes a stop string."""
    if not stop:
        return False
    # No id stands for less than a byte, so that what is complete now lies in as many ids.
    tail = decode(ids[-max(map(len, stop)) :])
    return any(string in tail for string in stop)

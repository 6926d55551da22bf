"""What a trained model thinks of a text, token by token, and how it would go on with a word.

Shapes: L length, B batch, V vocabulary, D features.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import torch

from octavo.abilities import able
from octavo.evaluation.characters import Thought, thoughts
from octavo.evaluation.copying import Copied, copy_test
from octavo.generation.completions import completions
from octavo.generation.windows import Window, in_sight, windowed
from octavo.running_text import expected
from octavo.runs import Run
from octavo.texts import Text, as_bytes, as_trained, batches, spoken, window_of

WORD = 32  # tokens: longer words are rare


class Completed(NamedTuple):
    """The rest of a word, and its probability."""

    text: str
    probability: float


class Held(NamedTuple):
    """What a layer holds at a token, a number for each of its units."""

    token: str
    states: list[float]


@torch.no_grad()
def inspected(run: Run, text: Text, window: Window | None = None) -> Iterator[Thought]:
    """At each token of a text of any length, some at a time, how the model's expectation met it."""
    able(run.model, "logits")
    some = batches(run, [as_trained(run, text)], window_of(run.model))
    for batch, logits_LBV in expected(run, some, window):
        tokens_L = batch.tokens_LB[: int(batch.lengths_B[0]), 0].cpu()
        yield from thoughts(logits_LBV[: len(tokens_L), 0].cpu(), tokens_L, _all_spoken(run, tokens_L))


def copied(run: Run, text: str, name: str, fake: str, pronoun: str, given: int) -> Copied:
    """The ranks of a continuation with a made-up name, after a seed that has it and after one that has not."""
    able(run.model, "logits")
    original, codec = as_trained(run, text).decode("utf-8", "replace"), run.codec
    test = copy_test(original[:given], original[given:], name, fake, pronoun)
    window: Window | None = None if able(run.model, "writer").context is None else "exact"
    tokens, before = (codec.encode(part.encode()) for part in (test.continuation, test.continuation[: test.begin]))
    ranks = []
    for seed in (test.corrupted, test.original):
        start = len(codec.encode(seed.encode()))
        found = list(inspected(run, seed + test.continuation, window))[start : start + len(tokens)]
        ranks.append([one.rank for one in found])
    begin, end = len(before), len(before) + len(codec.encode(fake.encode()))
    return Copied(test, _all_spoken(run, tokens), begin, end, *ranks)


@torch.no_grad()
def hidden(run: Run, text: Text) -> list[Held]:
    """What the reader's last layer holds at each token, before its output gate."""
    reader = getattr(run.model, "reader", None)
    if not hasattr(reader, "hidden"):
        raise ValueError("this run's model has no hidden states to show: one with a reader of QRNN has")
    [batch] = batches(run, [as_trained(run, text)])
    states_LD = reader.hidden(batch.tokens_LB, batch.lengths_B)[:, 0]
    tokens = _all_spoken(run, batch.tokens_LB[:, 0])
    return [Held(token, row) for token, row in zip(tokens, states_LD.tolist(), strict=True)]


def completed(run: Run, condition: Any, prompt: Text, threshold: float) -> list[Completed]:
    """The likely ends of the word that a prompt breaks off in, the likeliest first."""
    codec, writer = run.codec, windowed(able(run.model, "writer"))
    # With room for a word, its beginnings share one window and none is read again.
    inputs = in_sight(writer, [codec.alphabet.begin, *codec.encode(as_bytes(prompt)).tolist()], room=WORD)
    inside_V = torch.tensor([_in_word(codec.decode([i])) for i in range(codec.alphabet.size)])
    found = completions(writer, condition, inputs, inside_V, threshold)
    return [Completed(spoken(run, one.ids), one.probability) for one in found]


def _all_spoken(run: Run, tokens_L: Any) -> list[str]:
    end = run.codec.alphabet.end
    return ["<end>" if token == end else _printable(run.codec.decode([token])) for token in tokens_L.tolist()]


def _in_word(spoken: bytes) -> bool:
    """Letters, digits, apostrophes, and any part of a character beyond ASCII."""
    return bool(spoken) and all(byte >= 0x80 or chr(byte).isalnum() or byte == ord("'") for byte in spoken)


def _printable(spoken: bytes) -> str:
    """On one line, with escapes for what has no sign of its own and for bytes that are no character."""
    try:
        return repr(spoken.decode())[1:-1]
    except UnicodeDecodeError:
        return repr(spoken)[2:-1]

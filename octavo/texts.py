"""Texts as a run's model takes and gives them: cleaned, encoded, those of like length side by side, decoded.

L length, B batch.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

import numpy as np
import torch

from octavo.data.cleaning import clean_typed
from octavo.generation.translations import SearchConfig, translations
from octavo.interfaces import Batch
from octavo.runs import Run

Text = str | bytes
T = TypeVar("T")

SIDE_BY_SIDE = 32


def as_bytes(text: Text) -> bytes:
    return text.encode() if isinstance(text, str) else text


def as_trained(run: Run, text: Text) -> bytes:
    """A whole text after what training's own texts went through."""
    return clean_typed(as_bytes(text), run.recipe.data.files.clean)


def spoken(run: Run, ids: Sequence[int]) -> str:
    return run.codec.decode(ids).decode("utf-8", "replace")


def batches(run: Run, texts: Sequence[bytes]) -> Iterator[Batch]:
    """Texts of like length side by side on the run's device, numbered by their place, each with its end."""
    codec = run.codec
    end = [] if codec.alphabet.end is None else [codec.alphabet.end]
    ids = [np.concatenate([codec.encode(text), end]).astype(np.int64) for text in texts]
    order = sorted(range(len(texts)), key=lambda place: len(ids[place]))
    for begin in range(0, len(order), SIDE_BY_SIDE):
        places = order[begin : begin + SIDE_BY_SIDE]
        batch = _padded([ids[place] for place in places], places, codec.alphabet.begin)
        yield batch.map(lambda tensor: tensor.to(run.device))


@torch.no_grad()
def of_each(run: Run, texts: Sequence[bytes], ask: Callable[[Batch], Iterable[T]]) -> list[T]:
    """What a question to batches finds of each text, in the order of the texts."""
    found: dict[int, T] = {}
    for batch in batches(run, texts):
        assert batch.documents_B is not None
        found |= dict(zip(batch.documents_B.tolist(), ask(batch), strict=True))
    return [found[place] for place in range(len(texts))]


def translate(run: Run, texts: Sequence[Text], search: SearchConfig) -> list[str]:
    """Each text's translation by a run whose model reads one text and writes another; of nothing, nothing."""
    model: Any = run.model
    cleaned = [as_trained(run, text) for text in texts]
    written = iter(
        of_each(
            run,
            [text for text in cleaned if text.strip()],
            lambda source: translations(model.read, model.writer, source, run.codec.alphabet, search),
        )
    )
    return [spoken(run, next(written)) if text.strip() else "" for text in cleaned]


def _padded(ids: list[np.ndarray], documents: list[int], begin: int) -> Batch:
    lengths_B = torch.tensor([len(one) for one in ids])
    tokens_LB = torch.full((max(1, int(lengths_B.max())), len(ids)), begin)
    for column, one in enumerate(ids):
        tokens_LB[: len(one), column] = torch.from_numpy(one)
    return Batch(tokens_LB, lengths_B, torch.full_like(lengths_B, begin), documents_B=torch.tensor(documents))

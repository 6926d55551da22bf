"""Texts as a run's model takes and gives them: cleaned, encoded, those of like length side by side, decoded.

A text is held as bytes and as ids; all else is bounded, by windows where the model carries, by `most_tokens` where not.

L length, B batch.
"""

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

import numpy as np
import torch

from octavo.data import corpora
from octavo.data.cleaning import clean_typed
from octavo.data.documents import side_by_side
from octavo.data.pieces import stretches
from octavo.generation.translations import SearchConfig, translations
from octavo.interfaces import Batch, OneShot, Reader, TextModel
from octavo.runs import Run

Text = str | bytes
T = TypeVar("T")

SIDE_BY_SIDE = 32
WINDOW = 1024  # tokens: what a training cannot hold, a look without gradients can
LONGEST = 1 << 16  # tokens that a model sees at once if it must see a text whole
AT_ONCE = 1 << 20  # the same of one that writes all positions at once: a text by itself, in a few GB
ENCODED = 1 << 20  # bytes in one go


def as_bytes(text: Text) -> bytes:
    """The text's bytes; what a command line could not decode comes as surrogates, and goes as the bytes that it was."""
    return text.encode("utf-8", "surrogateescape") if isinstance(text, str) else text


def as_trained(run: Run, text: Text) -> bytes:
    """A whole text after what training's own texts went through."""
    data = run.recipe.data
    return clean_typed(as_bytes(text), [*corpora.cleaning(data.train), *data.files.clean])


def spoken(run: Run, ids: Sequence[int]) -> str:
    return run.codec.decode(ids).decode("utf-8", "replace")


def encoded(run: Run, text: bytes) -> np.ndarray:
    """A text's ids, its end among them."""
    codec, pieces = run.codec, stretches(io.BytesIO(text), "documents", ENCODED)
    end = [] if codec.alphabet.end is None else [codec.alphabet.end]
    parts = [codec.encode(piece, "", offset) for piece, _, offset in pieces]
    return np.concatenate([*parts, np.array(end, codec.dtype)])


def window_of(model: TextModel) -> int | None:
    """In what windows the model takes a long text; None where it must see each whole."""
    return WINDOW if model.carries else None


def most_tokens(model: TextModel) -> int:
    """How many tokens a text may have that the model must see whole."""
    parts = [part for part in model.modules() if isinstance(part, Reader | OneShot)]
    bounds = [part.longest for part in parts if part.longest is not None]
    return min([AT_ONCE if any(isinstance(part, OneShot) for part in parts) else LONGEST, *bounds])


def batches(run: Run, texts: Sequence[bytes], window: int | None = None) -> Iterator[Batch]:
    """Texts of like length side by side on the run's device, numbered by their place, each with its end.

    Long ones come in windows if one is given, each batch continuing the one before.
    """
    return batches_of_ids(run, [encoded(run, text) for text in texts], window)


def batches_of_ids(run: Run, ids: Sequence[np.ndarray], window: int | None = None) -> Iterator[Batch]:
    """The same of texts that are encoded already."""
    order = sorted(range(len(ids)), key=lambda place: len(ids[place]))
    if window is None and order and len(longest := ids[order[-1]]) > (most := most_tokens(run.model)):
        beginning = spoken(run, longest[:40].tolist())
        raise ValueError(
            f"a text of {len(longest):,} tokens is too long for this run's model, which sees a text whole, {most:,} "
            f"tokens at most: divide it, into lines or paragraphs, say; it begins {beginning!r}"
        )
    for some in side_by_side([len(ids[place]) for place in order], SIDE_BY_SIDE, window):
        for batch in _in_windows([ids[place] for place in order[some]], order[some], run.codec.alphabet.begin, window):
            yield batch.map(lambda tensor: tensor.to(run.device))


def of_each(run: Run, texts: Sequence[bytes], ask: Callable[[Batch], Iterable[T]]) -> list[T]:
    """What a question to batches of whole texts finds of each, in the order of the texts."""
    return in_order(batches(run, texts), ask)


@torch.no_grad()
def in_order(batches: Iterable[Batch], ask: Callable[[Batch], Iterable[T]]) -> list[T]:
    """What a question to batches finds of each text, in the order of their numbers, which begin with 0."""
    found: dict[int, T] = {}
    for batch in batches:
        assert batch.documents_B is not None
        found |= dict(zip(batch.documents_B.tolist(), ask(batch), strict=True))
    return [found[place] for place in range(len(found))]


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


def _in_windows(ids: list[np.ndarray], documents: list[int], begin_id: int, window: int | None) -> Iterator[Batch]:
    longest = max(1, *map(len, ids))
    for begin in range(0, longest, window or longest):
        end = begin + (window or longest)
        previous = [int(one[begin - 1]) if 0 < begin <= len(one) else begin_id for one in ids]
        yield _padded([one[begin:end] for one in ids], documents, previous, begin_id, continues=begin > 0)


def _padded(ids: list[np.ndarray], documents: list[int], previous: list[int], filler: int, continues: bool) -> Batch:
    lengths_B = torch.tensor([len(one) for one in ids])
    tokens_LB = torch.full((max(1, int(lengths_B.max())), len(ids)), filler)
    for column, one in enumerate(ids):
        tokens_LB[: len(one), column] = torch.from_numpy(one.astype(np.int64))
    return Batch(tokens_LB, lengths_B, torch.tensor(previous), torch.tensor(documents), continues=continues)

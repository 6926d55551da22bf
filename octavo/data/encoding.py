"""The files of a store as they grow: documents in, flat ids and offsets out."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from itertools import chain, groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np

from octavo.data.codecs import Codec
from octavo.data.pieces import Piece

VERSION = 1
BUFFER = 1 << 20  # bytes, or labels
LABELS = "labels.bin"
UNSEEN_LABEL = "label not seen in training"


class Encoding:
    """A corpus on its way into a folder, a document at a time."""

    def __init__(
        self, folder: Path, codec: Codec, pairs: bool, label_names: Sequence[str] | None, files: ExitStack
    ) -> None:
        self.folder, self.codec = folder, codec
        self.side = Side(folder, codec, files)
        self.other = Side(folder / "other", codec, files) if pairs else None
        self.names = {name: number for number, name in enumerate(label_names or ())}
        self.names_are_given = label_names is not None
        self.labels_file = files.enter_context((folder / LABELS).open("wb", BUFFER))
        self.labelled = False
        self.skipped: Counter[str] = Counter()

    def add(self, text: Iterator[Piece], on_bytes: Callable[[int], object]) -> None:
        """Take a document in, or count why not."""
        first = next(text)
        other_ids = self._encode(first, first.other or b"") if self.other else None
        refusal = self._refusal(first.label, other_ids)
        for piece in chain([first], text):
            if not refusal:
                self.side.write(self._encode(piece, piece.text), len(piece.text))
            on_bytes(len(piece.text))
        if refusal or not self.side.end():
            self.skipped[refusal or "empty"] += 1
            return
        label = -1 if first.label is None else self.names.setdefault(first.label, len(self.names))
        self.labels_file.write(label.to_bytes(4, "little", signed=True))
        self.labelled |= label >= 0
        if self.other and other_ids is not None:
            self.other.write(other_ids, len(first.other or b""))
            self.other.end()

    def _encode(self, piece: Piece, text: bytes) -> np.ndarray:
        return self.codec.encode(text, piece.path, piece.offset)

    def _refusal(self, label: str | None, other_ids: np.ndarray | None) -> str | None:
        if self.names_are_given and label is not None and label not in self.names:
            return UNSEEN_LABEL
        if other_ids is not None and not len(other_ids):
            return "nothing on the other side"
        return None

    def finish(self) -> None:
        """Write what only the end knows: the labels, and the description of the whole."""
        if self.other:
            self.other.describe()
        names = list(self.names) if self.names_are_given else _sorted_names(self.names)
        self.labels_file.close()
        if self.labelled:
            self._renumber_labels(names)
        else:
            (self.folder / LABELS).unlink()
        self.side.describe(
            pairs=self.other is not None, labelled=self.labelled, label_names=names, skipped=dict(self.skipped)
        )

    def _renumber_labels(self, names: list[str]) -> None:
        """Labels were numbered as they came; what has none, -1, finds itself at the end."""
        places = {name: place for place, name in enumerate(names)}
        renumbered = np.array([*(places[name] for name in self.names), -1], "<i4")
        labels_N = np.memmap(self.folder / LABELS, "<i4", mode="r+")
        for begin in range(0, len(labels_N), BUFFER):
            labels_N[begin : begin + BUFFER] = renumbered[labels_N[begin : begin + BUFFER]]
        labels_N.flush()


class Side:
    """The ids of one side, a document after another, and where each ends."""

    def __init__(self, folder: Path, codec: Codec, files: ExitStack) -> None:
        folder.mkdir(exist_ok=True)
        self.folder, self.dtype = folder, codec.dtype.newbyteorder("<")
        self.line_end = codec.line_end
        self.end_ids = None if codec.alphabet.end is None else np.array([codec.alphabet.end], self.dtype)
        self.tokens_file = files.enter_context((folder / "tokens.bin").open("wb", BUFFER))
        self.offsets_file = files.enter_context((folder / "offsets.bin").open("wb", BUFFER))
        self.offsets_file.write(bytes(8))
        self.documents = self.tokens = self.bytes = 0
        self.new_tokens = self.new_bytes = 0
        self.last_id: int | None = None

    def write(self, ids: np.ndarray, text_bytes: int) -> None:
        self.new_bytes += text_bytes
        if len(ids):
            self.tokens_file.write(ids.astype(self.dtype, copy=False).data)
            self.new_tokens += len(ids)
            self.last_id = ids[-1]

    def end(self) -> bool:
        """End the document, or say that there is nothing in it."""
        if held := self.new_tokens > 0:
            if self.line_end is not None and self.last_id != self.line_end:
                self.write(np.array([self.line_end]), 0)
            if self.end_ids is not None:
                self.write(self.end_ids, 0)
            self.documents += 1
            self.tokens += self.new_tokens
            self.bytes += self.new_bytes
            self.offsets_file.write(self.tokens.to_bytes(8, "little"))
        self.new_tokens = self.new_bytes = 0
        return held

    def describe(
        self,
        pairs: bool = False,
        labelled: bool = False,
        label_names: Sequence[str] = (),
        skipped: dict[str, int] | None = None,
    ) -> None:
        about: dict[str, Any] = {"version": VERSION, "dtype": self.dtype.name, "documents": self.documents}
        about |= {"tokens": self.tokens, "bytes": self.bytes, "pairs": pairs, "labelled": labelled}
        about |= {"label_names": label_names, "skipped": skipped or {}}
        (self.folder / "store.json").write_text(json.dumps(about, indent=2))


def texts(pieces: Iterable[Piece]) -> Iterator[Iterator[Piece]]:
    """The pieces of one text after another."""
    for _, group in groupby(_numbered(pieces), key=itemgetter(0)):
        yield (piece for _, piece in group)


def _numbered(pieces: Iterable[Piece]) -> Iterator[tuple[int, Piece]]:
    """A text goes on until a piece ends it or, in a stream, where nothing ends, until the next file."""
    number, last = 0, None
    for piece in pieces:
        if last and (last.ends or last.path != piece.path):
            number += 1
        yield number, piece
        last = piece


def _sorted_names(names: Iterable[str]) -> list[str]:
    """By value where all are numbers, else by letter.

    >>> _sorted_names(["10", "9"]), _sorted_names(["pos", "neg"])
    (['9', '10'], ['neg', 'pos'])
    """
    names = list(names)
    return sorted(names, key=int if all(name.isdecimal() for name in names) else str)

"""Encoded texts on disk: flat ids in mapped memory, and where each document begins."""

from __future__ import annotations

import json
import os
import secrets
import shutil
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np

from octavo.data.codecs import Codec
from octavo.data.pieces import Piece

VERSION = 1
BUFFER = 1 << 20  # bytes


class Store:
    """A corpus that was encoded once, opened without reading it.

    `offsets` has one entry more than there are documents; of a stream, each file counts as one.
    `labels` index `label_names`, -1 where a document has none. `bytes` counts the bytes of text that the tokens
    stand for, and `skipped` the documents that were left out, by reason. `other` holds what each text is written from.
    """

    def __init__(self, folder: Path) -> None:
        about = _about(folder)
        self.folder = folder
        self.tokens = _mapped(folder / "tokens.bin", about["dtype"], about["tokens"])
        self.offsets = _mapped(folder / "offsets.bin", "int64", about["documents"] + 1)
        self.label_names: tuple[str, ...] = tuple(about["label_names"])
        self.labels = _mapped(folder / "labels.bin", "int32", len(self)) if about["labelled"] else None
        self.bytes: int = about["bytes"]
        self.skipped: dict[str, int] = about["skipped"]
        self.other = Store(folder / "other") if about["pairs"] else None

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def document(self, number: int) -> np.ndarray:
        """The ids of one document, its end included."""
        return self.tokens[self.offsets[number] : self.offsets[number + 1]]


def write_store(
    folder: Path,
    pieces: Iterable[Piece],
    codec: Codec,
    *,
    pairs: bool = False,
    label_names: Sequence[str] | None = None,
    source: str = "the source",
    on_bytes: Callable[[int], object] = lambda count: None,
) -> Store:
    """Encode the pieces into a new folder that is there whole or not at all.

    A codec with an end makes documents, one without it a stream. Labels are those given, training's say, or what is
    seen. Where another process has written the same folder meanwhile, theirs is kept. Errors name the source, and
    `on_bytes` hears of progress.
    """
    with _whole_or_nothing(folder) as draft:
        encoding = _Encoding(draft, codec, pairs, label_names)
        for text in texts(pieces):
            encoding.add(text, on_bytes)
        if not encoding.labels:
            reasons = ", ".join(f"{count} {reason}" for reason, count in encoding.skipped.items())
            raise ValueError(f"{source}: there is no text to use ({reasons or 'nothing at all'}); name another source")
        encoding.close()
    return Store(folder)


class _Encoding:
    """A store while it grows, a document at a time."""

    def __init__(self, folder: Path, codec: Codec, pairs: bool, label_names: Sequence[str] | None) -> None:
        self.folder, self.codec = folder, codec
        self.side = _Side(folder, codec)
        self.other = _Side(folder / "other", codec) if pairs else None
        self.names = {name: number for number, name in enumerate(label_names or ())}
        self.names_are_fixed = label_names is not None
        self.labels = array("i")
        self.skipped: Counter[str] = Counter()

    def add(self, text: Iterator[Piece], on_bytes: Callable[[int], object]) -> None:
        """Take a document in, or count why not."""
        first = next(text)
        refusal = self._refusal(first)
        for piece in chain([first], text):
            if not refusal:
                self.side.write(piece.text, self._encode(piece.text, piece))
            on_bytes(len(piece.text))
        if refusal or not self.side.end():
            self.skipped[refusal or "empty"] += 1
            return
        self.labels.append(-1 if first.label is None else self.names.setdefault(first.label, len(self.names)))
        if self.other:
            self.other.write(first.other or b"", self._encode(first.other or b"", first))
            self.other.end()

    def _refusal(self, first: Piece) -> str | None:
        if self.names_are_fixed and first.label is not None and first.label not in self.names:
            return "label not seen in training"
        if self.other and not len(self._encode(first.other or b"", first)):
            return "nothing on the other side"
        return None

    def _encode(self, text: bytes, piece: Piece) -> np.ndarray:
        return self.codec.encode(text, piece.path, piece.offset)

    def close(self) -> None:
        if self.other:
            self.other.close({})
        names = list(self.names) if self.names_are_fixed else _sorted_names(self.names)
        labelled = any(label >= 0 for label in self.labels)
        if labelled:
            places = np.array([names.index(name) for name in self.names] + [-1], np.int32)
            places[np.asarray(self.labels)].tofile(self.folder / "labels.bin")
        (self.folder / "codec.json").write_text(json.dumps(self.codec.to_json()))
        about = {"pairs": bool(self.other), "labelled": labelled, "label_names": names, "skipped": dict(self.skipped)}
        self.side.close(about)


class _Side:
    """One side of a store while it grows: ids, and where each document ends."""

    def __init__(self, folder: Path, codec: Codec) -> None:
        folder.mkdir(exist_ok=True)
        self.folder, self.dtype = folder, codec.dtype
        self.end_id = np.array([] if codec.alphabet.end is None else [codec.alphabet.end], codec.dtype)
        self.line_end = codec.line_end
        self.tokens_file = (folder / "tokens.bin").open("wb", BUFFER)
        self.offsets_file = (folder / "offsets.bin").open("wb", BUFFER)
        self.offsets_file.write(bytes(8))
        self.tokens = self.documents = self.bytes = 0
        self.began = 0
        self.last: int | None = None

    def write(self, text: bytes, ids: np.ndarray) -> None:
        if len(ids):
            self.tokens_file.write(ids.data)
            self.tokens += len(ids)
            self.last = ids[-1]
        self.bytes += len(text)

    def end(self) -> bool:
        """End the document, or say that there is nothing in it."""
        if self.tokens == self.began:
            return False
        if self.line_end is not None and self.last != self.line_end:
            self.write(b"", np.array([self.line_end], self.dtype))
        self.write(b"", self.end_id)
        self.offsets_file.write(self.tokens.to_bytes(8, "little"))
        self.documents += 1
        self.began = self.tokens
        return True

    def close(self, more: dict[str, Any]) -> None:
        self.tokens_file.close()
        self.offsets_file.close()
        sizes = {"tokens": self.tokens, "documents": self.documents, "bytes": self.bytes, "dtype": self.dtype.name}
        plain = {"version": VERSION, "pairs": False, "labelled": False, "label_names": [], "skipped": {}}
        (self.folder / "store.json").write_text(json.dumps(plain | sizes | more, indent=2))


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
    """By number where all are numbers, else by letter."""
    names = list(names)
    return sorted(names, key=int if all(name.isdecimal() for name in names) else str)


@contextmanager
def _whole_or_nothing(folder: Path) -> Iterator[Path]:
    """A draft folder that takes its name when all is safely on disk."""
    draft = folder.with_name(f".{folder.name}.{os.getpid()}.{secrets.token_hex(4)}")
    draft.mkdir(parents=True)
    try:
        yield draft
        for path in [*draft.rglob("*"), draft]:
            _sync(path)
        _take_name(draft, folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _take_name(draft: Path, folder: Path) -> None:
    try:
        draft.rename(folder)
    except OSError:
        # Another process was first: its store has the same content.
        if not (folder / "store.json").exists():
            raise
    _sync(folder.parent)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _about(folder: Path) -> dict[str, Any]:
    try:
        about = json.loads((folder / "store.json").read_bytes())
    except FileNotFoundError:
        raise ValueError(f"{folder} holds no prepared text: store.json is missing") from None
    if about["version"] != VERSION:
        raise ValueError(
            f"{folder} is of format {about['version']}, not {VERSION}: remove it and prepare the text anew"
        )
    return about


def _mapped(path: Path, dtype: str, count: int) -> np.ndarray:
    expected = count * np.dtype(dtype).itemsize
    if path.stat().st_size != expected:
        raise ValueError(f"{path} has {path.stat().st_size} bytes instead of {expected}: remove its folder")
    return np.asarray(np.memmap(path, np.dtype(dtype).newbyteorder("<"), mode="r", shape=(count,)))

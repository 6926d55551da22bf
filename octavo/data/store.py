"""Encoded texts on disk: flat ids in mapped memory, and where each document begins."""

import json
import os
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from octavo.data.codecs import Codec
from octavo.data.encoding import LABELS, VERSION, Encoding, texts
from octavo.data.pieces import Piece
from octavo.durable import flush


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
        self.labels = _mapped(folder / LABELS, "int32", about["documents"]) if about["labelled"] else None
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

    A codec with an end makes documents, one without it a stream. Labels are numbered by the names given, training's
    say, or else by all that are seen. Errors name the source, and `on_bytes` hears of progress.
    """
    with _whole_or_nothing(folder) as draft, ExitStack() as files:
        encoding = Encoding(draft, codec, pairs, label_names, files)
        for text in texts(pieces):
            encoding.add(text, on_bytes)
        if not encoding.side.documents:
            reasons = ", ".join(f"{count} {reason}" for reason, count in encoding.skipped.items())
            skipped = f" (skipped: {reasons})" if reasons else ""
            raise ValueError(
                f"{source}: there is no text in it to use{skipped}; a small text may need "
                "--data.valid_share 0 --data.test_share 0, or --valid and --test of its own"
            )
        encoding.finish()
    return Store(folder)


@contextmanager
def _whole_or_nothing(folder: Path) -> Iterator[Path]:
    """A draft folder that takes its name when all is safely on disk."""
    draft = folder.with_name(f".{folder.name}.{os.getpid()}.{secrets.token_hex(4)}")
    draft.mkdir(parents=True)
    try:
        yield draft
        for path in [*draft.rglob("*"), draft]:
            flush(path)
        _take_name(draft, folder)
    except OSError as error:
        if error.errno is None or error.filename:
            raise
        raise OSError(error.errno, error.strerror, str(folder.parent)) from None  # a write does not say where
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _take_name(draft: Path, folder: Path) -> None:
    try:
        draft.rename(folder)
    except OSError:
        # Another process was first, and what it wrote has the same content.
        if not (folder / "store.json").exists():
            raise
    flush(folder.parent)


def _about(folder: Path) -> dict[str, Any]:
    path = folder / "store.json"
    if not path.exists():
        raise ValueError(f"{folder} holds no prepared text: it has no store.json")
    about = json.loads(path.read_bytes())
    if about["version"] != VERSION:
        raise ValueError(f"{folder} has format {about['version']} instead of {VERSION}: remove it and prepare it anew")
    return about


def _mapped(path: Path, dtype: str, count: int) -> np.ndarray:
    ids_dtype = np.dtype(dtype).newbyteorder("<")
    size, expected = path.stat().st_size, count * ids_dtype.itemsize
    if size != expected:
        raise ValueError(f"{path} has {size} bytes instead of {expected}: remove its folder and prepare it anew")
    return np.asarray(np.memmap(path, ids_dtype, mode="r", shape=(count,)))

from collections.abc import Callable
from pathlib import Path

import pytest

from octavo.data.codecs import Bytes, Codec
from octavo.data.pieces import Piece
from octavo.data.store import Store, write_store

MakeStore = Callable[..., Store]


@pytest.fixture
def make_store(tmp_path: Path) -> MakeStore:
    """Store of a stream, bytes, or of documents: texts, or (text, the text it is written from)."""

    def make(text: bytes | list[bytes] | list[tuple[bytes, bytes]], codec: Codec | None = None) -> Store:
        folder = tmp_path / f"store-{len(list(tmp_path.iterdir()))}"
        if isinstance(text, bytes):
            return write_store(folder, [Piece(text, False)], codec or Bytes())
        rows = [row if isinstance(row, tuple) else (row, None) for row in text]
        pieces = [Piece(text, True, other=other) for text, other in rows]
        return write_store(folder, pieces, codec or Bytes(documents=True), pairs=rows[0][1] is not None)

    return make

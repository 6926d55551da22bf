"""From a configuration to encoded texts: read, fit a codec, encode once, and reuse what is there already."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from pydantic import Field

from octavo.config import config
from octavo.data.batching import BatchingConfig, StreamConfig
from octavo.data.codecs import BytesConfig, Codec, CodecConfig, codec_from_json, fit
from octavo.data.encoding import VERSION
from octavo.data.files import FilesConfig, read
from octavo.data.holding_out import Shares, edges, held_out
from octavo.data.pieces import Piece
from octavo.data.store import Store, write_store

Share = Annotated[float, Field(ge=0, lt=1)]
OnBytes = Callable[[int], object]


@config
class DataConfig:
    """Where the text is and what becomes of it.

    Without a source of their own, valid and test are the last shares of train's text or documents, in this order.
    """

    train: str
    valid: str | None = None
    test: str | None = None
    valid_share: Share = 0.05
    test_share: Share = 0.05
    files: FilesConfig = FilesConfig()
    codec: CodecConfig = BytesConfig()
    batching: BatchingConfig = StreamConfig()


@dataclass(frozen=True)
class Data:
    """A codec and what it made of each split; None where a split is to have no share."""

    codec: Codec
    train: Store
    valid: Store | None
    test: Store | None


class Part(NamedTuple):
    """The split of this name in a source that some shares are held out from."""

    source: str
    files: FilesConfig
    split: str
    shares: Shares

    def pieces(self) -> Iterator[Piece]:
        if not self.shares:
            return read(self.source, self.files)
        limits = edges(read(self.source, self.files), self.documents, self.shares)
        return held_out(read(self.source, self.files), self.documents, *limits[self.split])

    @property
    def documents(self) -> bool:
        return self.files.unit != "stream"

    def __str__(self) -> str:
        held = ", ".join(f"{share:.1%} for {split}" for split, share in self.shares.items())
        return f"{self.source} (the {self.split} part, holding out {held})" if held else self.source


def prepare(
    config: DataConfig, *, codec: Codec | None = None, cache: Path | None = None, on_bytes: OnBytes = lambda count: None
) -> Data:
    """Every split, encoded by a codec that is fitted on train unless one is given.

    `on_bytes` hears of the bytes of text that are fitted on and of those that are encoded.
    """
    _check(config, codec)
    pairs = config.batching.kind == "pairs"
    parts = _parts(config)
    folder = _folder(cache, parts["train"], codec.to_json() if codec else dataclasses.asdict(config.codec), pairs)
    if codec is None:
        pieces = _heard(parts["train"].pieces(), on_bytes)
        codec = _codec_of(folder) or fit(config.codec, pieces, parts["train"].documents)
    train = _stored(folder, parts.pop("train"), codec, pairs, None, on_bytes)
    names = train.label_names or None
    rest = {split: _encoded(part, codec, pairs, names, cache, on_bytes) for split, part in parts.items()}
    return Data(codec, train, rest.get("valid"), rest.get("test"))


def prepare_text(
    source: str,
    files: FilesConfig,
    codec: Codec,
    *,
    pairs: bool = False,
    label_names: Sequence[str] | None = None,
    cache: Path | None = None,
    on_bytes: OnBytes = lambda count: None,
) -> Store:
    """Another text, in the eyes of a codec that is there already."""
    return _encoded(Part(source, files, "text", {}), codec, pairs, label_names, cache, on_bytes)


def cache_folder() -> Path:
    """OCTAVO_CACHE, or else octavo in XDG_CACHE_HOME, or else in ~/.cache."""
    if given := os.environ.get("OCTAVO_CACHE"):
        return Path(given)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "octavo"


def _parts(config: DataConfig) -> dict[str, Part]:
    """What each split's name means: the one place where a source is looked up."""
    given = {"valid": config.valid, "test": config.test}
    shares = {"valid": config.valid_share, "test": config.test_share}
    shares = {split: share for split, share in shares.items() if share and given[split] is None}
    own = {split: Part(source, config.files, split, {}) for split, source in given.items() if source is not None}
    return own | {split: Part(config.train, config.files, split, shares) for split in ("train", *shares)}


def _check(config: DataConfig, codec: Codec | None) -> None:
    unit, kind = config.files.unit, config.batching.kind
    if unit == "stream" and kind in ("documents", "pairs"):
        raise ValueError(f'batches of {kind} need files.unit "lines", "paragraphs" or "documents", not "stream"')
    if config.valid_share + config.test_share >= 1:
        raise ValueError(
            f"valid_share {config.valid_share} and test_share {config.test_share} leave nothing to train on"
        )
    if codec and (codec.alphabet.end is None) != (unit == "stream"):
        made_for = "a stream" if codec.alphabet.end is None else "documents"
        raise ValueError(f"the codec was made for {made_for}, but files.unit is {unit!r}")


def _encoded(
    part: Part, codec: Codec, pairs: bool, names: Sequence[str] | None, cache: Path | None, on_bytes: OnBytes
) -> Store:
    folder = _folder(cache, part, codec.to_json(), pairs, names)
    return _stored(folder, part, codec, pairs, names, on_bytes)


def _stored(
    folder: Path, part: Part, codec: Codec, pairs: bool, names: Sequence[str] | None, on_bytes: OnBytes
) -> Store:
    if (folder / "store.json").exists():
        return Store(folder)
    return write_store(
        folder, part.pieces(), codec, pairs=pairs, label_names=names, source=str(part), on_bytes=on_bytes
    )


def _heard(pieces: Iterable[Piece], on_bytes: OnBytes) -> Iterator[Piece]:
    for piece in pieces:
        yield piece
        on_bytes(len(piece.text))


def _codec_of(folder: Path) -> Codec | None:
    path = folder / "codec.json"
    return codec_from_json(json.loads(path.read_bytes())) if path.exists() else None


def _folder(cache: Path | None, part: Part, *more: Any) -> Path:
    """A folder named after all that decides what stands in it."""
    reading = [VERSION, _content(part.source), dataclasses.asdict(part.files), part.split, part.shares]
    key = hashlib.sha256(json.dumps([reading, more], sort_keys=True).encode()).hexdigest()
    return (cache or cache_folder()) / "texts" / key[:32]


def _content(source: str) -> list[tuple[str, str]]:
    """What is in a source's files; of their names, what may decide how they are read."""
    path = Path(source)
    if not path.exists():
        raise ValueError(f"{source}: no such file or folder")
    if not path.is_dir():
        return [("".join(path.suffixes), _sha256(path))]
    return [(str(file.relative_to(path)), _sha256(file)) for file in sorted(path.rglob("*")) if file.is_file()]


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

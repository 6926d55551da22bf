"""From a configuration to encoded texts: read, fit a codec, encode once, and reuse what is there already."""

import dataclasses
import hashlib
import json
import os
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from octavo.config import config
from octavo.data.batching import BatchingConfig, StreamConfig
from octavo.data.codecs import BytesConfig, Codec, CodecConfig, codec_from_json, fit
from octavo.data.encoding import VERSION
from octavo.data.files import FilesConfig
from octavo.data.pieces import Piece
from octavo.data.sources import Source
from octavo.data.splits import Split, Text
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


def prepare(
    config: DataConfig, *, codec: Codec | None = None, cache: Path | None = None, on_bytes: OnBytes = lambda count: None
) -> Data:
    """Every split, encoded by a codec that is fitted on train unless one is given.

    `on_bytes` hears of the bytes of text that are fitted on and of those that are encoded.
    """
    splits = _splits(config)
    _check(config, splits["train"].text, codec)
    cache = cache or cache_folder()
    codec = codec or _fitted(config.codec, splits["train"], cache, on_bytes)
    pairs = config.batching.kind == "pairs"
    train = _stored(splits["train"], codec, pairs, None, cache, on_bytes)
    names = train.label_names or None
    valid, test = (
        _stored(splits[name], codec, pairs, names, cache, on_bytes) if name in splits else None
        for name in ("valid", "test")
    )
    return Data(codec, train, valid, test)


def prepare_text(
    source: Source,
    files: FilesConfig,
    codec: Codec,
    *,
    pairs: bool = False,
    label_names: Sequence[str] | None = None,
    cache: Path | None = None,
    on_bytes: OnBytes = lambda count: None,
) -> Store:
    """Another text, in the eyes of a codec that is there already."""
    text = Text(source, files)
    _check_codec(codec, text)
    return _stored(Split("text", text), codec, pairs, label_names, cache or cache_folder(), on_bytes)


def cache_folder() -> Path:
    """OCTAVO_CACHE, or else octavo in XDG_CACHE_HOME, or else in ~/.cache."""
    if given := os.environ.get("OCTAVO_CACHE"):
        return Path(given)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "octavo"


def _splits(config: DataConfig) -> dict[str, Split]:
    """What each split is: the one place where the names of sources are looked up."""
    given = {"valid": config.valid, "test": config.test}
    shares = {"valid": config.valid_share, "test": config.test_share}
    shares = {name: share for name, share in shares.items() if share and given[name] is None}
    train = Text(config.train, config.files, shares)
    own = {name: Text(source, config.files) for name, source in given.items() if source is not None}
    texts = dict.fromkeys(("train", *shares), train) | own
    return {name: Split(name, text) for name, text in texts.items()}


def _check(config: DataConfig, train: Text, codec: Codec | None) -> None:
    if not train.documents and config.batching.kind in ("documents", "pairs"):
        raise ValueError(
            f'batches of {config.batching.kind} need files.unit "lines", "paragraphs" or "documents", not "stream"'
        )
    if sum(train.shares.values()) >= 1:
        held = " and ".join(f"{name}_share {share}" for name, share in train.shares.items())
        raise ValueError(f"{held} leave nothing to train on: they must add up to less than 1")
    if codec:
        _check_codec(codec, train)


def _check_codec(codec: Codec, text: Text) -> None:
    made_for_documents = codec.alphabet.end is not None
    if made_for_documents != text.documents:
        made_for = "documents" if made_for_documents else "a stream"
        raise ValueError(f"{text}: files.unit is {text.files.unit!r}, but the codec was made for {made_for}")


def _fitted(config: CodecConfig, train: Split, cache: Path, on_bytes: OnBytes) -> Codec:
    path = cache / "codecs" / f"{_key(train.identity, dataclasses.asdict(config))}.json"
    if path.exists():
        return codec_from_json(json.loads(path.read_bytes()))
    codec = fit(config, _heard(train.pieces(), on_bytes), train.text.documents)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    draft.write_text(json.dumps(codec.to_json()))
    draft.replace(path)
    return codec


def _stored(
    split: Split, codec: Codec, pairs: bool, names: Sequence[str] | None, cache: Path, on_bytes: OnBytes
) -> Store:
    folder = cache / "texts" / _key(split.identity, codec.to_json(), pairs, names)
    if (folder / "store.json").exists():
        return Store(folder)
    return write_store(
        folder, split.pieces(), codec, pairs=pairs, label_names=names, source=str(split), on_bytes=on_bytes
    )


def _heard(pieces: Iterable[Piece], on_bytes: OnBytes) -> Iterator[Piece]:
    for piece in pieces:
        yield piece
        on_bytes(len(piece.text))


def _key(*parts: Any) -> str:
    """A name for all that decides what is stored under it."""
    return hashlib.sha256(json.dumps([VERSION, parts], sort_keys=True).encode()).hexdigest()[:32]

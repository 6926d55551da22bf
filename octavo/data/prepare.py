"""From a configuration to encoded texts: read, fit a codec, encode once, and reuse what is there already."""

import dataclasses
import hashlib
import json
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from octavo import durable
from octavo.config import Share, config
from octavo.data import corpora
from octavo.data.batching import BatchingConfig, StreamConfig
from octavo.data.codecs import BytesConfig, Codec, CodecConfig, codec_from_json
from octavo.data.encoding import VERSION
from octavo.data.files import FilesConfig
from octavo.data.folders import cache_folder
from octavo.data.parts import CorpusPart, Part, Text, TextPart
from octavo.data.pieces import Piece
from octavo.data.sources import Source
from octavo.data.store import Store, write_store
from octavo.data.vocabulary import fit
from octavo.spelling import meant

OnBytes = Callable[[int], object]

OF_DOCUMENTS = ("documents", "pairs", "samples")


@config
class DataConfig:
    """Where the text is and what becomes of it.

    Without a source of their own, valid and test are the last shares of train's text or documents, in this order.
    With `mutate`, training reads each text with a share of its tokens replaced, drawn uniformly from 0 up to that one,
    and writes it as it was: for models that read what they write.
    """

    train: str
    valid: str | None = None
    test: str | None = None
    valid_share: Share = 0.05
    test_share: Share = 0.05
    files: FilesConfig = FilesConfig()
    codec: CodecConfig = BytesConfig()
    batching: BatchingConfig = StreamConfig()
    mutate: Annotated[float, Field(ge=0, le=1)] = 0.0


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
    parts = _parts(config)
    _check(config, parts["train"], codec)
    cache = cache or cache_folder()
    codec = codec or _fitted(config.codec, parts["train"], cache, on_bytes)
    pairs = config.batching.kind == "pairs"
    train = _stored(parts["train"], codec, pairs, None, cache, on_bytes)
    names = train.label_names or None
    valid, test = (
        _stored(parts[name], codec, pairs, names, cache, on_bytes) if name in parts else None
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
    part = TextPart("text", Text(source, files))
    _check_codec(codec, part)
    return _stored(part, codec, pairs, label_names, cache or cache_folder(), on_bytes)


def splits_of(config: DataConfig) -> list[str]:
    """The names of the splits that there are."""
    return list(_parts(config))


def pieces_of(config: DataConfig, split: str) -> Iterator[Piece]:
    """A split's texts as they are, before any codec."""
    return _parts(config)[split].pieces()


def _parts(config: DataConfig) -> dict[str, Part]:
    """What each split is: the one place where the names of sources are looked up."""
    given = {"valid": config.valid, "test": config.test}
    own = {name: _part(config, name, source) for name, source in given.items() if source is not None}
    if config.train in corpora.names():
        return _of_corpus(config, config.train) | own
    shares = {"valid": config.valid_share, "test": config.test_share}
    shares = {name: share for name, share in shares.items() if share and given[name] is None}
    _check_there(config.train)
    train = Text(config.train, config.files, shares)
    return {name: TextPart(name, train) for name in ("train", *shares)} | own


def _part(config: DataConfig, name: str, source: str) -> Part:
    if source in corpora.names():
        return _of_corpus(config, source)[name]
    _check_there(source)
    return TextPart(name, Text(source, config.files))


def _check_there(source: str) -> None:
    """What is like a corpus's name, and nothing that is here, may be one."""
    hint = meant(source, corpora.names(), like=0.7)
    if hint and not Path(source).exists():
        raise ValueError(f"{source}: no such file, folder or corpus; {hint}")


def _of_corpus(config: DataConfig, name: str) -> dict[str, Part]:
    """A corpus's own splits, in the unit that is asked for or, for batches of documents, its usual one.

    What is to be cleaned is so after the corpus's own cleaning.
    """
    unit = config.files.unit
    if unit == "stream" and config.batching.kind in OF_DOCUMENTS:
        unit = None
    splits = corpora.resolve(name, unit=unit)
    named = ((split, splits[split]) for split in ("train", "valid", "test") if split in splits)
    return {split: CorpusPart(name, split, found, config.files.clean) for split, found in named}


def _check(config: DataConfig, train: Part, codec: Codec | None) -> None:
    if not train.documents and config.batching.kind in OF_DOCUMENTS:
        raise ValueError(
            f'batches of {config.batching.kind} need files.unit "lines", "paragraphs" or "documents", not "stream"'
        )
    shares = train.text.shares if isinstance(train, TextPart) else {}
    if sum(shares.values()) >= 1:
        held = " and ".join(f"{name}_share {share}" for name, share in shares.items())
        raise ValueError(f"{held} leave nothing to train on: they must add up to less than 1")
    if codec:
        _check_codec(codec, train)


def _check_codec(codec: Codec, part: Part) -> None:
    made_for_documents = codec.alphabet.end is not None
    if made_for_documents != part.documents:
        made_for, found = ("documents", "a stream") if made_for_documents else ("a stream", "documents")
        raise ValueError(f"{part} is {found}, but the codec was made for {made_for}")


def _fitted(config: CodecConfig, train: Part, cache: Path, on_bytes: OnBytes) -> Codec:
    path = cache / "codecs" / f"{_key(train.identity, dataclasses.asdict(config))}.json"
    if path.exists():
        return codec_from_json(json.loads(path.read_bytes()))
    codec = fit(config, _heard(train.pieces(), on_bytes), train.documents)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")  # others may fit the same at the same time
    durable.write(draft, json.dumps(codec.to_json()).encode())
    draft.replace(path)
    return codec


def _stored(
    part: Part, codec: Codec, pairs: bool, names: Sequence[str] | None, cache: Path, on_bytes: OnBytes
) -> Store:
    folder = cache / "texts" / _key(part.identity, codec.to_json(), pairs, names)
    if (folder / "store.json").exists():
        return Store(folder)
    return write_store(
        folder, part.pieces(), codec, pairs=pairs, label_names=names, source=str(part), on_bytes=on_bytes
    )


def _heard(pieces: Iterable[Piece], on_bytes: OnBytes) -> Iterator[Piece]:
    for piece in pieces:
        yield piece
        on_bytes(len(piece.text))


def _key(*parts: Any) -> str:
    """A name for all that decides what is stored under it."""
    return hashlib.sha256(json.dumps([VERSION, parts], sort_keys=True).encode()).hexdigest()[:32]

"""Codecs: text to ids and back, by bytes, characters or words."""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable
from functools import cached_property
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Discriminator, Field

from octavo.config import Tiny, config
from octavo.interfaces import Alphabet

Unit = Literal["byte", "character", "word"]
Errors = Literal["strict", "replace"]

CODE_POINTS = 0x110000
NEWLINE = ord("\n")
REPLACEMENT = ord("\N{REPLACEMENT CHARACTER}")
UNKNOWN = 0
ESCAPED = {b"\xff\x01": b"\x00", b"\xff\x02": b"\xff"}
ESCAPE = re.compile(rb"\xff[\x01\x02]")
UNKNOWN_WORD, LINE_END_WORD = "<unk>", "<eos>"


class Codec(ABC):
    """Text to ids and back.

    A stream may be encoded in pieces: their ids, joined, are the whole's. Of documents, the caller adds the end.
    `line_end` is the id that must close a stream's last line even where no newline does, or None; `unknown` the id of
    what the codec does not know, if there can be such.
    """

    name: str
    unit: Unit
    alphabet: Alphabet
    line_end: int | None = None
    unknown: int | None = None

    @abstractmethod
    def encode(self, text: bytes, path: str = "", offset: int = 0) -> np.ndarray:
        """Ids of the smallest type that holds them; path and offset say where the text stands, for errors."""

    @abstractmethod
    def decode(self, ids: Any) -> bytes: ...

    @abstractmethod
    def to_json(self) -> dict[str, Any]: ...

    @property
    @abstractmethod
    def spoken_V(self) -> np.ndarray:
        """How many bytes of text each id stands for: none for the end, a guess for the unknown and between words."""

    def inside(self, ids: np.ndarray) -> np.ndarray:
        """True where an id goes on with the character that the one before it began: no text is cut there."""
        return np.zeros(len(ids), bool)

    @cached_property
    def dtype(self) -> np.dtype:
        return np.min_scalar_type(self.alphabet.size - 1)


class Bytes(Codec):
    """Every byte is its own id, NUL and broken UTF-8 included; documents end with id 256."""

    name, unit = "bytes", "byte"

    def __init__(self, documents: bool = False) -> None:
        self.alphabet = Alphabet(257, 256, 256) if documents else Alphabet(256, NEWLINE)

    def encode(self, text: bytes, path: str = "", offset: int = 0) -> np.ndarray:
        return np.frombuffer(text, np.uint8).astype(self.dtype, copy=False)

    def decode(self, ids: Any) -> bytes:
        ids = np.asarray(ids, np.int64)
        return ids[ids < 256].astype(np.uint8).tobytes()

    @property
    def spoken_V(self) -> np.ndarray:
        return (np.arange(self.alphabet.size) < 256).astype(np.int64)

    def inside(self, ids: np.ndarray) -> np.ndarray:
        return _continues(ids)

    def to_json(self) -> dict[str, Any]:
        return {"name": self.name, "documents": self.alphabet.end is not None}


class Escaped(Codec):
    r"""Bytes among 256 ids with an end of 0, as in Zhang & LeCun 2018: 00 is written FF 01 and FF is written FF 02.

    Before every text stands 0 too, so that a writer which goes token by token needs no more ids either.

    >>> codec = Escaped(documents=True)
    >>> codec.encode(b"a\x00\xff").tolist(), codec.decode([97, 255, 1, 255, 2, 0])
    ([97, 255, 1, 255, 2], b'a\x00\xff')
    """

    name, unit = "escaped", "byte"

    def __init__(self, documents: bool = False) -> None:
        self.alphabet = Alphabet(256, 0, 0) if documents else Alphabet(256, 0)

    def encode(self, text: bytes, path: str = "", offset: int = 0) -> np.ndarray:
        return np.frombuffer(text.replace(b"\xff", b"\xff\x02").replace(b"\x00", b"\xff\x01"), np.uint8)

    def decode(self, ids: Any) -> bytes:
        """What no text is encoded as, an FF with neither 1 nor 2 after it, stands for itself alone."""
        written = np.asarray(ids, np.int64).astype(np.uint8).tobytes().replace(b"\x00", b"")
        return ESCAPE.sub(lambda escape: ESCAPED[escape[0]], written)

    @property
    def spoken_V(self) -> np.ndarray:
        """An escape stands for nothing beside the id after it."""
        return np.isin(np.arange(256), [0, 255], invert=True).astype(np.int64)

    def inside(self, ids: np.ndarray) -> np.ndarray:
        escaped = np.zeros(len(ids), bool)
        escaped[1:] = ids[:-1] == 0xFF
        return escaped | _continues(ids)

    def to_json(self) -> dict[str, Any]:
        return {"name": self.name, "documents": self.alphabet.end is not None}


class Characters(Codec):
    """Unicode code points, the most frequent first after the unknown; documents end with one more id.

    >>> codec = Characters("ab")
    >>> codec.encode(b"abc").tolist(), codec.decode([1, 2, 0]).decode()
    ([1, 2, 0], 'ab\N{REPLACEMENT CHARACTER}')
    """

    name, unit = "characters", "character"
    unknown = UNKNOWN

    def __init__(self, characters: str, documents: bool = False, errors: Errors = "strict") -> None:
        self.characters, self.errors = characters, errors
        self._code_points = np.concatenate([[REPLACEMENT], code_points(characters)]).astype("<u4")
        boundary = len(self._code_points)
        newline = characters.find("\n") + 1  # find's -1, absent, becomes the unknown's 0
        self.alphabet = Alphabet(boundary + 1, boundary, boundary) if documents else Alphabet(boundary, newline)
        self._ids = np.full(CODE_POINTS, UNKNOWN, self.dtype)
        self._ids[self._code_points[1:]] = np.arange(1, boundary)

    def encode(self, text: bytes, path: str = "", offset: int = 0) -> np.ndarray:
        return self._ids[code_points(decoded_text(text, self.errors, path, offset))]

    def decode(self, ids: Any) -> bytes:
        ids = np.asarray(ids, np.int64)
        spoken = self._code_points[ids[ids < len(self._code_points)]]
        return spoken.tobytes().decode("utf-32-le").encode()

    @property
    def spoken_V(self) -> np.ndarray:
        ends = [0] * (self.alphabet.size - len(self._code_points))
        return np.concatenate([np.searchsorted([0x80, 0x800, 0x10000], self._code_points, "right") + 1, ends])

    def to_json(self) -> dict[str, Any]:
        documents = self.alphabet.end is not None
        return {"name": self.name, "documents": documents, "errors": self.errors, "characters": self.characters}


class Words(Codec):
    """Words between white space, the most frequent first after `<unk>` and `<eos>`.

    In a stream `<eos>` ends each line, as in Mikolov's PTB; of documents it is the end, and newlines are spaces.

    >>> codec = Words(["the", "cat"])
    >>> codec.encode(b"the cat sat\\n").tolist(), codec.decode([2, 3, 1, 2])
    ([2, 3, 0, 1], b'the cat\\nthe')
    """

    name, unit = "words", "word"
    unknown = UNKNOWN

    def __init__(self, words: Iterable[str], documents: bool = False, errors: Errors = "strict") -> None:
        self.errors = errors
        self.words = [UNKNOWN_WORD, LINE_END_WORD, *words]
        end = self.words.index(LINE_END_WORD)
        self.alphabet = Alphabet(len(self.words), end, end if documents else None)
        self.line_end = None if documents else end
        self._ids = _Numbering((word, number) for number, word in enumerate(self.words))
        self._spoken = np.array([*self.words], object)
        self._spoken[end] = "\n"
        if documents:
            # A document that holds a literal <eos> must not end there.
            del self._ids[LINE_END_WORD]

    def encode(self, text: bytes, path: str = "", offset: int = 0) -> np.ndarray:
        decoded = decoded_text(text, self.errors, path, offset)
        if self.line_end is not None:
            decoded = decoded.replace("\n", f" {LINE_END_WORD} ")
        words = decoded.split()
        return np.fromiter(map(self._ids.__getitem__, words), self.dtype, len(words))

    def decode(self, ids: Any) -> bytes:
        ids = np.asarray(ids, np.int64)
        spoken = self._spoken[ids if self.line_end is not None else ids[ids != self.alphabet.end]]
        return " ".join(spoken).replace(" \n", "\n").replace("\n ", "\n").encode()

    @property
    def spoken_V(self) -> np.ndarray:
        spoken_V = np.array([len(word.encode()) + 1 for word in self.words])
        spoken_V[self.words.index(LINE_END_WORD)] = 0  # the newline was counted with the word before it
        return spoken_V

    def to_json(self) -> dict[str, Any]:
        documents = self.alphabet.end is not None
        return {"name": self.name, "documents": documents, "errors": self.errors, "words": self.words[2:]}


class _Numbering(dict[str, int]):
    def __missing__(self, word: str) -> int:
        return UNKNOWN


@config
class BytesConfig:
    kind: Literal["bytes"] = "bytes"


@config
class EscapedConfig:
    kind: Literal["escaped"] = "escaped"


@config
class CharactersConfig:
    """`limit` counts the unknown too; `errors` says whether invalid UTF-8 stops the reading or is replaced."""

    kind: Literal["characters"] = "characters"
    limit: Annotated[int, Field(ge=2), Tiny(128)] = 20_000
    errors: Errors = "strict"


@config
class WordsConfig:
    """`limit` counts `<unk>` and `<eos>` too."""

    kind: Literal["words"] = "words"
    limit: Annotated[int, Field(ge=2), Tiny(1000)] = 10_000
    errors: Errors = "strict"


CodecConfig = Annotated[BytesConfig | EscapedConfig | CharactersConfig | WordsConfig, Discriminator("kind")]


def codec_from_json(data: dict[str, Any]) -> Codec:
    """The codec that `to_json` described."""
    codecs: dict[str, type[Codec]] = {"bytes": Bytes, "escaped": Escaped, "characters": Characters, "words": Words}
    name = data.get("name")
    if name not in codecs:
        raise ValueError(f"unknown codec {name!r}: choose from {', '.join(codecs)}")
    return codecs[name](**{key: value for key, value in data.items() if key != "name"})


def _continues(ids: np.ndarray) -> np.ndarray:
    """Bytes of UTF-8 that are not a character's first."""
    return (ids >= 0x80) & (ids < 0xC0)


def code_points(text: str) -> np.ndarray:
    return np.frombuffer(text.encode("utf-32-le"), "<u4")


def decoded_text(text: bytes, errors: Errors, path: str, offset: int) -> str:
    try:
        return text.decode("utf-8", errors)
    except UnicodeDecodeError as error:
        place = f"{path or 'text'}: byte {offset + error.start} (0x{text[error.start]:02x}) is not UTF-8"
        raise ValueError(f'{place}; use the codec "bytes", which keeps any byte, or --errors replace') from None

"""From an open file to pieces: the units that a text comes in, in bounded memory and with its bytes untouched."""

from collections.abc import Callable, Iterator
from typing import BinaryIO, Literal, NamedTuple

Unit = Literal["stream", "lines", "paragraphs", "documents"]
Stretch = tuple[bytes, bool, int]  # a text, whether its document ends with it, and where in the file it stands

NEAR = 1 << 16  # bytes: how far from a piece's end a newline or a space is looked for


class Piece(NamedTuple):
    """A document or, where one is long, a stretch of it: `ends` on its last.

    In a stream nothing ends. `label` and `other` (in a pair, the text that `text` is written from: a translation's
    source) stand on every piece of their document. `path` names the file, with the line if it is a table's row
    (`train.csv:12`), and `offset` is the place of the text's first byte in that file or field.
    A document may be empty, and then so is its piece.
    """

    text: bytes
    ends: bool
    label: str | None = None
    other: bytes | None = None
    path: str = ""
    offset: int = 0


def stretches(file: BinaryIO, unit: Unit, longest: int) -> Iterator[Stretch]:
    """The file's texts in the unit asked for, none longer than `longest` bytes.

    >>> import io
    >>> [text for text, ends, offset in stretches(io.BytesIO(b"one\\ntwo\\r\\n\\nthree"), "lines", 16)]
    [b'one', b'two', b'', b'three']
    >>> [text for text, ends, offset in stretches(io.BytesIO(b"one\\ntwo\\r\\n\\nthree"), "paragraphs", 16)]
    [b'one\\ntwo', b'three']
    """
    return _UNITS[unit](file, longest)


def _stream(file: BinaryIO, longest: int) -> Iterator[Stretch]:
    for text, _, offset in _document(file, longest):
        if text:
            yield text, False, offset


def _document(file: BinaryIO, longest: int) -> Iterator[Stretch]:
    offset, rest = 0, b""
    while True:
        # One byte more than a piece holds tells a text that is cut from one that ends here.
        text = rest + file.read(longest + 1 - len(rest))
        if len(text) <= longest:
            yield text, True, offset
            return
        place = cut(text[:-1])
        yield text[:place], False, offset
        offset, rest = offset + place, text[place:]


def _lines(file: BinaryIO, longest: int) -> Iterator[Stretch]:
    for text, whole, offset in _raw_lines(file, longest):
        yield without_newline(text) if whole else text, whole, offset


def _paragraphs(file: BinaryIO, longest: int) -> Iterator[Stretch]:
    held: list[bytes] = []
    size, start, at_line_start = 0, 0, True
    # A raw line may be longer by its newline, which stays inside a paragraph.
    for text, whole, offset in _raw_lines(file, longest - 1):
        if whole and at_line_start and not text.strip():
            if held:
                yield without_newline(b"".join(held)), True, start
            held, size = [], 0
        else:
            if held and size + len(text) > longest:
                yield b"".join(held), False, start
                held, size = [], 0
            start = start if held else offset
            held.append(text)
            size += len(text)
        at_line_start = whole
    if held:
        yield without_newline(b"".join(held)), True, start


def _raw_lines(file: BinaryIO, longest: int) -> Iterator[Stretch]:
    """Lines with their newlines; one that is too long comes in stretches."""
    offset, rest = 0, b""
    while text := rest + file.readline(longest + 1 - len(rest)):
        whole = len(text) <= longest or text.endswith(b"\n")
        place = len(text) if whole else cut(text[:-1])
        yield text[:place], whole, offset
        offset, rest = offset + place, text[place:]


def without_newline(line: bytes) -> bytes:
    return line.removesuffix(b"\r\n") if line.endswith(b"\r\n") else line.removesuffix(b"\n")


def cut(text: bytes) -> int:
    """Where to cut a text that goes on: after a newline near its end, else after a space, else between characters.

    >>> cut(b"one\\ntwo three"), cut(b"one two"), cut("zwölf".encode()[:3])
    (4, 4, 2)
    """
    for mark in (b"\n", b" "):
        place = text.rfind(mark, max(0, len(text) - NEAR)) + 1
        if place:
            return place
    return _whole_characters(text) or len(text)


def _whole_characters(text: bytes) -> int:
    """The length without a last character that is cut, or a carriage return that may await its newline."""
    if text.endswith(b"\r"):
        return len(text) - 1
    for back in range(1, min(4, len(text)) + 1):
        lead = text[-back]
        if lead >= 0xC0:
            width = 2 if lead < 0xE0 else 3 if lead < 0xF0 else 4
            return len(text) - back if back < width else len(text)
        if lead < 0x80:
            break
    return len(text)


_UNITS: dict[Unit, Callable[[BinaryIO, int], Iterator[Stretch]]] = {
    "stream": _stream,
    "lines": _lines,
    "paragraphs": _paragraphs,
    "documents": _document,
}

"""Units of text: nothing is lost or changed, nothing grows beyond the bound."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from octavo.data.pieces import Stretch, Unit, cut, stretches

UNITS: tuple[Unit, ...] = ("stream", "lines", "paragraphs", "documents")
LONGEST = 16

# Few symbols, so that blank lines, long words and half characters are frequent.
texts = st.lists(st.sampled_from([b"a", b" ", b"\n", b"\r\n", "é".encode(), "字".encode(), b"\xff"]), max_size=60).map(
    b"".join
)


def pieces(text: bytes, unit: Unit, longest: int = LONGEST) -> list[Stretch]:
    return list(stretches(io.BytesIO(text), unit, longest))


def documents(found: list[Stretch]) -> list[bytes]:
    """Stretches joined to the documents that they end."""
    whole, held = [], b""
    for text, ends, _ in found:
        held += text
        if ends:
            whole.append(held)
            held = b""
    assert not held, "the last document does not end"
    return whole


@given(texts)
def test_a_stream_is_every_byte_in_order(text: bytes) -> None:
    found = pieces(text, "stream")
    assert b"".join(part for part, _, _ in found) == text
    assert not any(ends for _, ends, _ in found)
    assert all(part for part, _, _ in found)


@given(texts)
def test_a_document_is_the_whole_file(text: bytes) -> None:
    assert documents(pieces(text, "documents")) == [text]


@given(texts)
def test_lines_are_what_newlines_part(text: bytes) -> None:
    expected = [line.removesuffix(b"\r") for line in text.split(b"\n")]
    # What follows the last newline is a line if it is not empty, and keeps its carriage return.
    last = text.rpartition(b"\n")[2]
    assert documents(pieces(text, "lines")) == expected[:-1] + ([last] if last else [])


@given(texts)
def test_paragraphs_are_what_blank_lines_part(text: bytes) -> None:
    expected: list[list[bytes]] = [[]]
    for line in text.splitlines(keepends=True) if b"\r" not in text.replace(b"\r\n", b"") else []:
        if line.strip():
            expected[-1].append(line)
        else:
            expected.append([])
    whole = [b"".join(lines).removesuffix(b"\n").removesuffix(b"\r") for lines in expected if lines]
    assert documents(pieces(text, "paragraphs", longest=1000)) == whole


@pytest.mark.parametrize("unit", UNITS)
@given(text=texts)
def test_no_piece_is_longer_than_the_bound(text: bytes, unit: Unit) -> None:
    assert all(len(part) <= LONGEST for part, _, _ in pieces(text, unit))


@pytest.mark.parametrize("unit", UNITS)
@given(text=texts)
def test_an_offset_is_where_its_text_stands(text: bytes, unit: Unit) -> None:
    for part, _, offset in pieces(text, unit):
        assert text[offset : offset + len(part)] == part


@pytest.mark.parametrize("unit", UNITS)
@given(text=st.text("aé字🙂\n", max_size=60).map(str.encode))
def test_characters_are_never_cut(text: bytes, unit: Unit) -> None:
    for part, _, _ in pieces(text, unit):
        part.decode()


def test_a_carriage_return_and_its_newline_stay_together() -> None:
    assert documents(pieces(b"a" * LONGEST + b"\r\nb", "lines")) == [b"a" * LONGEST, b"b"]


def test_a_long_text_is_cut_at_a_newline_before_a_space() -> None:
    assert [part for part, _, _ in pieces(b"one\ntwo three four five", "stream")] == [
        b"one\n",
        b"two three four ",
        b"five",
    ]


def test_a_text_without_a_place_to_cut_is_cut_at_its_end() -> None:
    assert cut(b"\xbf" * 5) == 5


def test_a_paragraph_longer_than_the_bound_goes_on_until_its_blank_line() -> None:
    assert pieces(b"one two\nthree four\nfive\n\nsix", "paragraphs") == [
        (b"one two\n", False, 0),
        (b"three four\nfive", True, 8),
        (b"six", True, 25),
    ]

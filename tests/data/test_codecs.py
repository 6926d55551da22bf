import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from octavo.data import codecs
from octavo.data.codecs import (
    Bytes,
    BytesConfig,
    Characters,
    CharactersConfig,
    Codec,
    CodecConfig,
    Escaped,
    EscapedConfig,
    Words,
    WordsConfig,
    codec_from_json,
)
from octavo.data.pieces import Piece, stretches
from octavo.data.vocabulary import fit

LINES = "the cat sat\n\non the\tmat  \nzwölf Äpfel, 苹果 🍎\nthe end".encode()


def fitted(config: CodecConfig, texts: Iterable[bytes] = (LINES,), documents: bool = False) -> Codec:
    return fit(config, [Piece(text, False) for text in texts], documents)


def joined(codec: Codec, texts: Iterable[bytes]) -> list[int]:
    return np.concatenate([codec.encode(text) for text in texts]).tolist()


@given(st.binary(), st.booleans())
def test_bytes_give_back_any_bytes(text: bytes, documents: bool) -> None:
    codec = Bytes(documents)
    assert codec.decode(codec.encode(text)) == text
    assert codec.encode(text).tolist() == list(text)


@given(st.binary() | st.lists(st.sampled_from([0, 1, 2, 255])).map(bytes))
def test_escaped_bytes_give_back_any_bytes_and_never_hold_the_end(text: bytes) -> None:
    codec = Escaped(documents=True)
    ids = codec.encode(text)
    assert codec.decode(ids) == text
    assert codec.alphabet.end not in ids
    assert ids.dtype == codec.dtype


def test_what_no_text_is_escaped_as_is_still_bytes() -> None:
    codec = Escaped(documents=True)
    assert codec.decode([255, 65, 255, 255, 1, 0, 66]) == b"\xffA\xff\x00B"


@pytest.mark.parametrize("codec", [Bytes(documents=True), Escaped(documents=True)])
def test_no_text_is_cut_inside_a_character_or_an_escape(codec: Codec) -> None:
    text = "aé苹\x00🍎b".encode() + b"\xff"
    ids = codec.encode(text)
    pieces = np.split(ids, np.flatnonzero(~codec.inside(ids))[1:])
    wanted = [*(character.encode() for character in "aé苹\x00🍎b"), b"\xff"]
    assert [codec.decode(piece) for piece in pieces] == wanted


@settings(max_examples=30)
@given(st.text())
def test_characters_give_back_the_text_they_were_fitted_on(text: str) -> None:
    codec = fitted(CharactersConfig(), [text.encode()])
    assert codec.decode(codec.encode(text.encode())).decode() == text


@pytest.mark.parametrize("config", [BytesConfig(), EscapedConfig(), CharactersConfig(), WordsConfig()])
@pytest.mark.parametrize("longest", [8, 16, 40])
def test_pieces_of_a_stream_equal_the_whole(config: CodecConfig, longest: int, tmp_path: Path) -> None:
    path = tmp_path / "lines.txt"
    path.write_bytes(LINES)
    with path.open("rb") as file:
        pieces = [text for text, _, _ in stretches(file, "stream", longest)]
    codec = fitted(config)
    assert len(pieces) > 1
    assert joined(codec, pieces) == codec.encode(LINES).tolist()


@pytest.mark.parametrize("documents", [False, True])
@pytest.mark.parametrize("config", [BytesConfig(), CharactersConfig(errors="replace"), WordsConfig(limit=5)])
def test_a_codec_comes_back_from_json(config: CodecConfig, documents: bool) -> None:
    codec = fitted(config, documents=documents)
    again = codec_from_json(json.loads(json.dumps(codec.to_json())))
    assert again.to_json() == codec.to_json()
    assert again.alphabet == codec.alphabet
    assert again.encode(LINES).tolist() == codec.encode(LINES).tolist()


def test_an_unknown_codec_is_refused() -> None:
    with pytest.raises(ValueError, match=r"'morse': choose from bytes, escaped, characters, words"):
        codec_from_json({"name": "morse"})


@pytest.mark.parametrize("config", [BytesConfig(), CharactersConfig(), WordsConfig()])
def test_ids_lie_in_the_alphabet_and_take_the_smallest_type(config: CodecConfig) -> None:
    for documents in (False, True):
        codec = fitted(config, documents=documents)
        ids = codec.encode(LINES)
        assert ids.max() < codec.alphabet.size
        assert ids.dtype == (np.uint16 if codec.alphabet.size > 256 else np.uint8)


def test_documents_have_a_boundary_that_no_text_holds() -> None:
    for config in (BytesConfig(), CharactersConfig()):
        codec = fitted(config, documents=True)
        assert codec.alphabet.begin == codec.alphabet.end == codec.alphabet.size - 1
        assert codec.alphabet.end not in codec.encode(LINES)
        assert codec.decode([*codec.encode(b"the"), codec.alphabet.end]) == b"the"


def test_a_stream_begins_as_after_a_newline() -> None:
    assert Bytes().alphabet.begin == ord("\n")
    assert Characters("ab\n").decode([Characters("ab\n").alphabet.begin]) == b"\n"
    assert Characters("ab").alphabet.begin == codecs.UNKNOWN
    words = Words(["the"])
    assert words.encode(b"\n").tolist() == [words.alphabet.begin]


def test_words_of_a_corpus_that_is_cut_already() -> None:
    codec = Words(["cat"])
    assert codec.encode(b"<unk> cat dog\ncat").tolist() == [0, 2, 0, 1, 2]
    assert codec.decode([0, 2, 0, 1, 2]) == b"<unk> cat <unk>\ncat"


def test_words_of_a_document_cross_lines_and_cannot_end_it() -> None:
    codec = Words(["cat"], documents=True)
    assert codec.encode(b"cat\ncat <eos>").tolist() == [2, 2, 0]
    assert codec.decode([2, 2, 1]) == b"cat cat"


def test_an_empty_text_is_nothing() -> None:
    for config in (BytesConfig(), CharactersConfig(), WordsConfig()):
        codec = fitted(config)
        assert len(codec.encode(b"")) == 0
        assert codec.decode([]) == b""


@pytest.mark.parametrize("codec", [Characters("a"), Words(["a"])])
def test_broken_text_is_an_error_that_says_where(codec: Codec) -> None:
    with pytest.raises(ValueError, match=r"corpus\.txt: byte 102 \(0xff\) is not UTF-8; .*\"bytes\".*replace"):
        codec.encode(b"a \xff", path="corpus.txt", offset=100)


def test_broken_text_is_replaced_if_asked() -> None:
    codec = fitted(CharactersConfig(errors="replace"), [b"a\xff"])
    assert codec.decode(codec.encode(b"a\xff")).decode() == "a\N{REPLACEMENT CHARACTER}"


@pytest.mark.parametrize("documents", [False, True])
def test_an_id_knows_how_many_bytes_it_stands_for(documents: bool) -> None:
    text = "a för 雨 😀 a\n"
    for codec in (Bytes(documents), Characters("aför 雨😀\n", documents)):
        ids = codec.encode(text.encode())
        assert codec.spoken_V[ids].sum() == len(text.encode())
        assert len(codec.spoken_V) == codec.alphabet.size
        assert codec.alphabet.end is None or codec.spoken_V[codec.alphabet.end] == 0
    words = Words(["a", "för", "雨"], documents)
    assert words.spoken_V[words.encode(b"a a\n")].sum() == 4
    assert words.decode([words.unknown]).decode() == "<unk>"

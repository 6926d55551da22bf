"""A codec of its own for a text: the characters or words that the text shows most often."""

import heapq
from collections import Counter
from collections.abc import Iterable, Iterator

import numpy as np

from octavo.data.codecs import (
    CODE_POINTS,
    LINE_END_WORD,
    UNKNOWN_WORD,
    Bytes,
    BytesConfig,
    Characters,
    CharactersConfig,
    Codec,
    CodecConfig,
    Errors,
    Escaped,
    EscapedConfig,
    Words,
    WordsConfig,
    code_points,
    decoded_text,
)
from octavo.data.pieces import Piece

# Where a text has more different words than this, rare ones are forgotten while counting: memory stays bounded.
MOST_COUNTED = 1_000_000


def fit(config: CodecConfig, pieces: Iterable[Piece], documents: bool) -> Codec:
    """The codec whose vocabulary these pieces show; bytes need not look at them."""
    match config:
        case BytesConfig():
            return Bytes(documents)
        case EscapedConfig():
            return Escaped(documents)
        case CharactersConfig():
            return Characters(_frequent_characters(config, pieces), documents, config.errors)
        case WordsConfig():
            return Words(_frequent_words(config, pieces), documents, config.errors)


def _frequent_characters(config: CharactersConfig, pieces: Iterable[Piece]) -> str:
    counts = np.zeros(CODE_POINTS, np.int64)
    for text in _texts(pieces, config.errors):
        np.add.at(counts, code_points(text), 1)
    seen = np.flatnonzero(counts)
    # A stable sort leaves equal counts in the order of their code points.
    frequent = seen[np.argsort(-counts[seen], kind="stable")][: config.limit - 1]
    return "".join(map(chr, frequent))


def _frequent_words(config: WordsConfig, pieces: Iterable[Piece]) -> list[str]:
    """Exact up to MOST_COUNTED different words; above, as word2vec does, the rarest are dropped on the way."""
    counts: Counter[str] = Counter()
    rare = 0
    for text in _texts(pieces, config.errors):
        counts.update(text.split())
        if len(counts) > max(MOST_COUNTED, 4 * config.limit):
            rare += 1
            counts = Counter({word: count for word, count in counts.items() if count > rare})
    for word in (UNKNOWN_WORD, LINE_END_WORD):
        counts.pop(word, None)
    frequent = heapq.nsmallest(config.limit - 2, counts.items(), key=lambda item: (-item[1], item[0]))
    return [word for word, _ in frequent]


def _texts(pieces: Iterable[Piece], errors: Errors) -> Iterator[str]:
    for piece in pieces:
        yield decoded_text(piece.text, errors, piece.path, piece.offset)
        if piece.other is not None:
            yield decoded_text(piece.other, errors, piece.path, piece.offset)

import pytest

from octavo.data import vocabulary
from octavo.data.codecs import CharactersConfig, WordsConfig
from octavo.data.pieces import Piece
from octavo.data.vocabulary import fit


def pieces(*texts: bytes) -> list[Piece]:
    return [Piece(text, False) for text in texts]


def test_the_most_frequent_come_first_and_ties_in_order() -> None:
    characters = fit(CharactersConfig(limit=4), pieces(b"cab", b"cabba"), documents=False)
    assert characters.to_json()["characters"] == "abc"
    words = fit(WordsConfig(limit=4), pieces(b"c b a\nb a c b"), documents=False)
    assert words.to_json()["words"] == ["b", "a"]
    assert words.alphabet.size == 4


def test_the_other_side_of_pairs_is_counted_too() -> None:
    codec = fit(WordsConfig(), [Piece(b"eins", True, other=b"one")], documents=True)
    assert codec.to_json()["words"] == ["eins", "one"]


def test_counting_forgets_rare_words_where_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vocabulary, "MOST_COUNTED", 50)
    texts = pieces(*(f"the cat the w{number}".encode() for number in range(500)))
    assert fit(WordsConfig(limit=4), texts, documents=False).to_json()["words"] == ["the", "cat"]

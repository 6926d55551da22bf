import pytest

from octavo.evaluation.words import count_words, word_perplexity

LM1B_BYTES, LM1B_WORDS = 826_189, 159_658


def test_the_papers_conversion() -> None:
    """1.03 bits of a byte are 40.6 of a word, within what 1.03 may have been rounded from (Table 5)."""
    low, high = (word_perplexity(bits, LM1B_BYTES, LM1B_WORDS) for bits in (1.025, 1.035))
    assert low < 40.6 < high
    assert word_perplexity(1.03267, LM1B_BYTES, LM1B_WORDS) == pytest.approx(40.6, abs=0.05)


def test_a_word_of_five_bytes_at_one_bit_each() -> None:
    assert word_perplexity(1.0, 50, 10) == 32.0


def test_what_no_number_holds_is_infinite() -> None:
    assert word_perplexity(8.0, 10_000, 1) == float("inf")


TEXT = b" the cat\nsat  on\n\nthe mat"


def test_words_are_counted_with_the_ends_of_lines() -> None:
    assert count_words([TEXT]) == 6 + 3


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8])
def test_stretches_cut_anywhere_hold_the_same_words(size: int) -> None:
    assert count_words(TEXT[begin : begin + size] for begin in range(0, len(TEXT), size)) == 9
    assert count_words([b"", b"a", b"", b"b", b""]) == 1

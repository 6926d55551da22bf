"""What bits of bytes are worth in words: the perplexity that models of words report."""

from collections.abc import Iterable


def word_perplexity(bits_per_byte: float, text_bytes: int, words: int) -> float:
    """2^(bits · bytes / words): a text's whole cost, shared among its words.

    Al-Rfou et al. (2019), Table 5, of lm1b's test set:

    >>> round(word_perplexity(1.03, 826_189, 159_658), 1)
    40.2
    """
    exponent = bits_per_byte * text_bytes / words
    return 2.0**exponent if exponent < 1000 else float("inf")


def count_words(stretches: Iterable[bytes]) -> int:
    """Words between white space, and one for the end of each line, as word models count them.

    A text may come in stretches cut anywhere.

    >>> count_words([b"the c", b"at sat", b"\\non it\\n"])
    7
    """
    words, inside = 0, False
    for stretch in stretches:
        found = stretch.split()
        goes_on = inside and not stretch[:1].isspace()
        words += len(found) - (goes_on and bool(found)) + stretch.count(b"\n")
        inside = not stretch[-1:].isspace() if stretch else inside
    return words

import pytest

from octavo.evaluation.diversity import distinct_share, diversity, self_bleu


def test_texts_that_are_alike_are_of_no_diversity() -> None:
    found = diversity(["to be or not to be"] * 4)
    assert found["different"] == 0.25
    assert found["distinct_1"] == pytest.approx(4 / 24)
    assert found["distinct_2"] == pytest.approx(4 / 20)
    assert found["self_bleu"] == 100


def test_texts_with_nothing_in_common_are_of_the_most() -> None:
    texts = ["a b c d", "e f g h", "i j k l"]
    assert distinct_share(texts, 1) == distinct_share(texts, 3) == 1
    assert self_bleu(texts) < 20 < self_bleu(["a b c d e", "a b c d f", "g a b c d"])


def test_short_texts_have_no_long_n_grams() -> None:
    assert distinct_share(["a", ""], 2) == 0

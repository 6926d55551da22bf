"""Whether a text was made up or remembered."""

from octavo.evaluation.overlap import Nearest, nearest, overlap, spans


def test_spans_are_of_five_characters_and_do_not_mind_spaces() -> None:
    assert spans("abcdef") == {"abcde", "bcdef"}
    assert spans(" ab \n c") == {"ab c"}
    assert spans("") == {""}


def test_overlap_by_hand() -> None:
    assert overlap(spans("abcdef"), spans("abcdeg")) == 0.5
    assert overlap(spans("abcdefg"), spans("abcde")) == 0.5


def test_the_likest_text_is_found_for_each() -> None:
    texts = ["rain fell on old towns", "the cat sat on a mat", "nothing at all"]
    found = nearest(["the cat sat on a hat", "rain  fell on old towns", "xyz"], iter(texts))
    assert [one.text for one in found] == [texts[1], texts[0], ""]
    assert found[1] == Nearest(texts[0], 1.0)
    assert 0.5 < found[0].overlap < 1
    assert found[2].overlap == 0

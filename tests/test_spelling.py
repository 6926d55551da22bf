"""What may have been meant."""

from octavo.spelling import meant, nearest


def test_the_nearest_are_named_or_all() -> None:
    assert nearest("widht", ["width", "layers"]) == "did you mean width?"
    assert nearest("qqq", ["width", "layers"]) == "choose from width, layers"


def test_of_too_many_choices_only_what_is_like_it_is_named() -> None:
    assert meant("qqq", ["width", "layers"]) == ""
    assert meant("wide", ["width", "wider"]) == "did you mean wider or width?"
    assert meant("wide", ["width", "wider"], like=0.8) == "did you mean wider?"

import pytest

from octavo.evaluation.copying import Copied, copy_test

SEED = "unless elizabeth would guarantee what elizabeth would not do, elizabethan or not"
TRUTH = "oved against elizabeth and elizabeth"


def test_the_texts_are_as_the_paper_has_them() -> None:
    test = copy_test(SEED, TRUTH, "elizabeth", "zjakdmu bmijwxn", "she")
    assert test.original == SEED
    assert test.corrupted == "unless zjakdmu bmijwxn would guarantee what she would not do, elizabethan or not"
    assert test.continuation == "oved against zjakdmu bmijwxn and zjakdmu bmijwxn"
    assert test.continuation[test.begin :].startswith("zjakdmu bmijwxn and")


def test_the_distance_is_from_one_made_up_name_to_the_other() -> None:
    test = copy_test(SEED, TRUTH, "elizabeth", "zjakdmu", "she")
    whole = test.corrupted + test.continuation
    assert whole[test.distance + whole.index("zjakdmu") :].startswith("zjakdmu and")
    assert "zjakdmu" not in whole[whole.index("zjakdmu") + 1 : len(test.corrupted) + test.begin]


def test_every_other_place_of_the_seed_is_a_pronoun() -> None:
    """A third one, left as it is, would say who is meant."""
    assert copy_test("ann, ann, ann", " ann", "ann", "zjak", "he").corrupted == "zjak, he, he"


def test_a_names_signs_are_no_pattern() -> None:
    test = copy_test("a.b acb a.b", " a.b", "a.b", r"\1", "it")
    assert (test.corrupted, test.continuation) == (r"\1 acb it", r" \1")


@pytest.mark.parametrize(
    ("seed", "continuation", "fake", "message"),
    [
        ("ann and bob", " ann", "zjak", "'ann' stands 1 times in the seed and 1 after it: 2 and 1 at least"),
        ("ann and ann", " bob", "zjak", "'ann' stands 2 times in the seed and 0 after it"),
        ("ann and ann", " ann", "nd", "'nd' stands in the text already"),
        ("ann and ann", " ann", "z", "'z' .* is no name"),
    ],
)
def test_a_text_that_shows_nothing_is_refused(seed: str, continuation: str, fake: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        copy_test(seed, continuation, "ann", fake, "she")


def test_the_first_character_of_a_name_is_no_copy() -> None:
    test = copy_test("ann and ann", " ann!", "ann", "zjak", "she")
    copied = Copied(test, [*" zjak!"], 1, 5, [2, 90, 1, 1, 4, 3], [2, 80, 30, 40, 50, 3])
    assert copied.mean_rank(copied.corrupted) == 2.0
    assert copied.mean_rank(copied.original) == 40.0

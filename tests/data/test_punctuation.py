"""Marks split off from words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from octavo.data.punctuation import split_off

LETTERS = st.text(alphabet="ab n't'sS9.,-_!?é\u2019—😀 \t\n", max_size=30)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Hello, world!", "Hello , world !"),
        ("What?! No... yes -- (maybe)", "What ? ! No ... yes -- ( maybe )"),
        ("3.5 of 10,000, and 4.", "3.5 of 10,000 , and 4 ."),
        ("a well-made rock'n'roll film; l'été", "a well-made rock'n'roll film ; l'été"),
        ("I can't, DON'T, won\u2019t", "I ca n't , DO N'T , wo n\u2019t"),
        ("it's she'd I'm we're they've you'll THEY'VE", "it 's she 'd I 'm we 're they 've you 'll THEY 'VE"),
        ("it'sy can'ts 'quoted'", "it'sy can'ts ' quoted '"),
        ("snake_case @user #tag a/b x@y.z", "snake_case @ user # tag a / b x @ y . z"),
        ("“he said—no”", "“ he said — no ”"),
        ("你好。世界 हिन्दी, 👍👍!", "你好 。 世界 हिन्दी , 👍👍 !"),
        ("one  \t two\r\n\n three", "one two\n\nthree"),
        ("", ""),
    ],
)
def test_what_is_split_and_what_is_not(before: str, after: str) -> None:
    assert split_off(before.encode()).decode() == after


@given(LETTERS)
def test_nothing_is_lost_and_once_is_enough(text: str) -> None:
    once = split_off(text.encode())
    assert "".join(once.decode().split()) == "".join(text.split())
    assert split_off(once) == once
    assert once.count(b"\n") == text.count("\n")


def test_bytes_that_are_no_character_stay() -> None:
    assert split_off(b"a\xff, b") == b"a\xff , b"


def test_a_text_that_goes_on_keeps_its_last_word_whole() -> None:
    assert split_off(b"one two ") + split_off(b"three.") == b"one two three ."

"""Named changes to texts."""

import pytest

from octavo.data.cleaning import Cleaning, clean, clean_typed


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("tweets", "@a_1 hi,@Bob! mail me@home.org", "@userid hi,@userid! mail me@home.org"),
        ("tweets", "HTTP://t.co/@x?y=1 www.a.bc) www, swww.x", "url url www, swww.x"),
        ("tweets", "see http://t.co/abc谢谢 @ann谢谢", "see url谢谢 @userid谢谢"),
        ("breaks", "one <br /><br />two<BR>three<bride>", "one\n\ntwo\nthree<bride>"),
        ("backslashes", r"one\ntwo \"x\" \\n \t", 'one\ntwo "x" \\n \\t'),
        ("underscores", " a <unk> n \n\n b \r\n", "a_<unk>_n\n\nb\n"),
        ("punctuation", "Good?\nBad!", "Good ?\nBad !"),
    ],
)
def test_changes(name: Cleaning, before: str, after: str) -> None:
    assert clean(before.encode(), [name]).decode() == after


def test_latin_1_becomes_utf_8() -> None:
    assert clean("déjà".encode("latin-1"), ["latin-1"]).decode() == "déjà"


def test_changes_are_made_in_order() -> None:
    assert clean(rb"@ann\nhi", ["backslashes", "tweets"]) == b"@userid\nhi"
    assert clean(rb"@ann\nhi", ["tweets", "backslashes"]) == b"@userid\nhi"
    assert clean(b"@a b", ["underscores", "tweets"]) == b"@userid"


def test_without_a_change_bytes_stay() -> None:
    assert clean(b"\xff\r\n\0", []) == b"\xff\r\n\0"


def test_a_typed_text_is_spared_what_is_about_files() -> None:
    text = r"déjà\n @ann".encode()
    assert clean_typed(text, ["latin-1", "backslashes", "tweets"]) == r"déjà\n @userid".encode()

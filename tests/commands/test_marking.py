"""What is wrong is marked, in colour or below."""

import sys

import pytest

from octavo.commands.marking import Sign, marked, signs


def test_a_character_is_wrong_if_any_of_its_bytes_is() -> None:
    spoken = "aö雨".encode()
    found = [*signs(spoken, [False, True, False, False, False, True])]
    assert found == [Sign("a", False), Sign("ö", True), Sign("雨", True)]


@pytest.mark.parametrize("spoken", [b"\xe9\x9b", b"\xff\xfe", b"\x80a", b"a\xf0\x9f\x98"])
def test_bytes_that_make_no_character_are_kept_apart(spoken: bytes) -> None:
    found = [*signs(spoken, [True] * len(spoken))]
    assert len(found) == len(spoken)
    assert all(one.wrong for one in found)


def test_carets_stand_under_what_is_wrong_however_wide() -> None:
    text = [Sign("雨", False), Sign("a", True), Sign("雨", True), Sign("\n", True), Sign("b", False)]
    assert marked(text, "> ") == "> 雨a雨␊b\n    ^^^^"
    assert marked([Sign("a", False)], "> ") == "> a"


def test_on_a_terminal_it_is_red_and_underlined(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert marked([Sign("a", False), Sign("b", True)], "") == "a\x1b[4;31mb\x1b[0m"
    monkeypatch.setenv("NO_COLOR", "1")
    assert marked([Sign("a", False), Sign("b", True)], "") == "ab\n ^"

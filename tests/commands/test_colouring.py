import pytest

from octavo.commands.colouring import coloured, print_coloured
from octavo.evaluation.characters import Thought

THOUGHTS = [Thought("a", 1.0, 0.0, 1), Thought("\\n", 2.0, 4.0, 16), Thought("b", 8.0, 20.0, 256)]


def test_a_colour_is_as_deep_as_what_came_was_unexpected() -> None:
    text = coloured(THOUGHTS, "loss")
    assert text.plain == "a\\n\nb"
    pale, middle, deep = (str(span.style) for span in text.spans)
    assert pale.endswith("on rgb(247,247,247)")
    assert deep.endswith("on rgb(178,24,43)")
    assert len({pale, middle, deep}) == 3
    assert [str(span.style) for span in coloured(THOUGHTS, "rank").spans] == [pale, middle, deep]
    assert [str(span.style) for span in coloured(THOUGHTS, "entropy").spans][-1] == deep


def test_without_a_terminal_there_are_no_colours(capsys: pytest.CaptureFixture[str]) -> None:
    print_coloured(THOUGHTS, "rank")
    said = capsys.readouterr().out
    assert said.startswith("a\\n\nb\n")
    assert "rank  1  4  16  64  256" in said
    assert "\x1b" not in said


def test_no_color_is_heeded_on_a_terminal_too(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    print_coloured(THOUGHTS, "loss")
    assert "\x1b[" in capsys.readouterr().out
    monkeypatch.setenv("NO_COLOR", "1")
    print_coloured(THOUGHTS, "loss")
    assert "\x1b[4" not in capsys.readouterr().out

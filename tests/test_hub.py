"""The hub is asked once, and only for what looks like an id and like nothing that is here."""

import logging
from pathlib import Path
from typing import Any

import pytest

import octavo
from octavo import hub


class Api:
    """Answers nothing, and counts how often it is asked."""

    asked = 0

    def model_info(self, model_id: str, timeout: float) -> Any:
        Api.asked += 1
        raise OSError("[Errno -2] Name or service not known\nand more")


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    Api.asked = 0
    monkeypatch.setattr(hub, "HfApi", Api)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.chdir(tmp_path)


def test_what_is_not_there_is_asked_for_once_and_said_in_a_line(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    with (
        caplog.at_level(logging.DEBUG),
        pytest.raises(ValueError, match=r"no run some/model here, and the hub does not answer: .*not known$"),
    ):
        octavo.load("some/model")
    assert Api.asked == 1
    assert (caplog.text, *capsys.readouterr()) == ("", "", "")


@pytest.mark.parametrize(
    "name", ["rnus/book", "runs/book", "book/x", "boook/x", "a/b/c", "bok", "./x/y", "a b/c", "../x"]
)
def test_a_mistyped_path_is_never_asked_for(name: str) -> None:
    Path("book").mkdir()
    with pytest.raises(ValueError, match="no run"):
        octavo.load(name)
    assert Api.asked == 0


def test_runs_near_the_mistyped_one_are_named() -> None:
    Path("runs/book").mkdir(parents=True)
    Path("runs/book/recipe.toml").touch()
    with pytest.raises(ValueError, match="no run rnus/book: did you mean runs/book"):
        octavo.load("rnus/book")

"""Where things are kept."""

from pathlib import Path

import pytest

from octavo.data.folders import cache_folder, data_root


def test_the_nearest_word_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OCTAVO_CACHE", "/c")
    monkeypatch.delenv("OCTAVO_DATA", raising=False)
    assert (cache_folder(), data_root()) == (Path("/c"), Path("/c/corpora"))
    monkeypatch.setenv("OCTAVO_DATA", "/d")
    assert (data_root(), data_root("/e")) == (Path("/d"), Path("/e"))
    monkeypatch.delenv("OCTAVO_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", "/x")
    assert cache_folder() == Path("/x/octavo")
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert cache_folder() == Path.home() / ".cache" / "octavo"

"""The allocator's setting, made where there is one to make."""

import ctypes

import pytest

from octavo.training.memory import keep_memory


class Library:
    """Stands for a C library; `mallopt` records what it is told."""

    def __init__(self) -> None:
        self.told: dict[int, int] = {}

    def mallopt(self, name: int, value: int) -> int:
        self.told[name] = value
        return 1


def test_large_blocks_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    library = Library()
    monkeypatch.setattr(ctypes, "CDLL", lambda name: library)
    monkeypatch.delenv("OCTAVO_MALLOC", raising=False)
    assert keep_memory()
    assert library.told == {-4: 0, -1: 2**31 - 1, -2: 64 * 2**20}


def test_the_system_s_own_way_is_left_where_that_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda name: pytest.fail("touched the C library"))
    monkeypatch.setenv("OCTAVO_MALLOC", "system")
    assert not keep_memory()


def test_other_c_libraries_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda name: object())
    monkeypatch.delenv("OCTAVO_MALLOC", raising=False)
    assert not keep_memory()

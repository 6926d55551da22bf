"""Kernels are used only if they were compiled from the sources that stand beside them."""

import shutil
from pathlib import Path

import pytest

from octavo.ops import native
from octavo.ops.native.sources import digest

LIBRARY = native._FOLDER / "kernels.so"
needs_kernels = pytest.mark.skipif(not LIBRARY.exists(), reason="no kernels were compiled")


def copied(tmp_path: Path, pattern: str) -> Path:
    for file in native._FOLDER.glob(pattern):
        shutil.copy(file, tmp_path)
    return tmp_path


def test_what_was_compiled_here_is_used() -> None:
    assert (native.kernels is not None) == LIBRARY.exists(), native.problem


def test_without_a_library_it_says_what_to_do(tmp_path: Path) -> None:
    assert native._open(tmp_path) == (None, native.MISSING)


@needs_kernels
def test_kernels_of_other_sources_stay_unused(tmp_path: Path) -> None:
    folder = copied(tmp_path, "*.[chs]*")
    assert native._open(folder)[0] is not None
    (folder / "streaming.c").write_text("/* moved on */")
    assert native._open(folder) == (None, native.STALE)


@needs_kernels
def test_installed_without_sources_the_library_is_used(tmp_path: Path) -> None:
    assert native._open(copied(tmp_path, "*.so"))[0] is not None


def test_every_byte_of_the_sources_counts(tmp_path: Path) -> None:
    assert digest(tmp_path) == ""
    (tmp_path / "a.c").write_text("int a;")
    one = digest(tmp_path)
    (tmp_path / "a.h").write_text("\n")
    assert len({"", one, digest(tmp_path)}) == 3

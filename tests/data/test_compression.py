"""Compressed files read like plain ones, and say by name when they are cut off or are something else."""

import gzip
import io
import lzma
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
import zstandard

from octavo.data.compression import open_bytes, size

TEXT = b"one\ntwo\r\n" * 30_000
COMPRESS: dict[str, Callable[[bytes], bytes]] = {
    ".gz": gzip.compress,
    ".xz": lzma.compress,
    ".zst": zstandard.ZstdCompressor().compress,
}


@pytest.mark.parametrize("suffix", COMPRESS)
def test_a_compressed_file_reads_like_the_plain_one(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"a.txt{suffix}"
    path.write_bytes(COMPRESS[suffix](TEXT))
    with open_bytes(str(path)) as file:
        assert file.readline() == b"one\n"
        assert file.readline(2) + file.read() == TEXT[4:]
    assert size(str(path)) == len(TEXT)


@pytest.mark.parametrize("suffix", COMPRESS)
def test_files_that_were_joined_read_as_one(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(COMPRESS[suffix](b"one\n") + COMPRESS[suffix](b"two"))
    with open_bytes(str(path)) as file:
        assert list(file) == [b"one\n", b"two"]


@pytest.mark.parametrize("suffix", COMPRESS)
def test_a_file_that_is_cut_off_is_named(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(COMPRESS[suffix](TEXT)[:-9])
    with (
        pytest.raises(ValueError, match=rf"a{suffix}: the compressed data end too early"),
        open_bytes(str(path)) as file,
    ):
        file.read()


@pytest.mark.parametrize("suffix", COMPRESS)
def test_a_file_that_is_not_what_its_suffix_says_is_named(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(b"plain text, and rather a lot of it")
    with pytest.raises(ValueError, match=rf"a{suffix}: not what its suffix says"), open_bytes(str(path)) as file:
        file.read()


def test_zstandard_missing_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "zstandard", None)
    with pytest.raises(ValueError, match=r"octavo\[data\]"), open_bytes(str(tmp_path / "a.zst")):
        pass


def test_a_dash_is_the_standard_input_and_stays_open(monkeypatch: pytest.MonkeyPatch) -> None:
    given = io.BytesIO(b"piped")
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=given))
    with open_bytes("-") as file:
        assert file.read() == b"piped"
    assert not given.closed

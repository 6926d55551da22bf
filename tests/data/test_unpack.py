"""Archives, and what must not come out of them."""

import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from octavo.data.unpack import unpack

Files = dict[str, bytes]


def zipped(path: Path, files: Files) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def tarred(path: Path, files: Files, *others: tarfile.TarInfo) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
        for info in others:
            archive.addfile(info)
    return path


def archive_of(kind: str, folder: Path, files: Files) -> Path:
    folder.mkdir(exist_ok=True)
    return zipped(folder / "a.zip", files) if kind == "zip" else tarred(folder / f"a.{kind}", files)


@pytest.mark.parametrize("kind", ["zip", "tgz", "tar.gz"])
def test_files_come_out_and_replace_what_was_there(kind: str, tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "old").touch()
    archive = archive_of(kind, tmp_path, {"inner/deep/a.txt": b"one", "b.txt": b"two"})
    assert unpack(archive, tmp_path) == ["b.txt", "inner"]
    assert (tmp_path / "inner/deep/a.txt").read_bytes() == b"one"
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([archive.name, "b.txt", "inner"])
    assert not (tmp_path / "inner" / "old").exists()


@pytest.mark.parametrize("kind", ["zip", "tgz"])
@pytest.mark.parametrize(
    "name", ["../evil.txt", "inner/../../evil.txt", "/tmp/octavo-evil.txt", "..\\evil.txt", "C:evil"]
)
def test_nothing_is_written_outside(kind: str, name: str, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    archive = archive_of(kind, folder, {"fine.txt": b"", name: b"evil"})
    with pytest.raises(RuntimeError, match=r"refused, for .*evil.* would be written outside"):
        unpack(archive, folder)
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [archive.name]


def test_links_are_left_out(tmp_path: Path) -> None:
    link = tarfile.TarInfo("link")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc"
    unpack(tarred(tmp_path / "a.tgz", {"fine.txt": b"fine"}, link), tmp_path)
    assert (tmp_path / "fine.txt").exists()
    assert not (tmp_path / "link").is_symlink()


@pytest.mark.parametrize("name", ["a.zip", "a.tar.gz"])
def test_a_damaged_archive_is_named_and_leaves_nothing(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"no archive at all")
    with pytest.raises(RuntimeError, match=f"{name}: damaged, or no archive"):
        unpack(tmp_path / name, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [name]

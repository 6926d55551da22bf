"""Files, folders and pairs; what is not there is said with what is near it."""

from pathlib import Path

import pytest

from octavo.data.sources import expand, files_of


def test_a_folder_is_its_files_at_any_depth_in_order_without_hidden_ones(tmp_path: Path) -> None:
    for name in ("b.txt", "a/z.txt", "a/c/y.txt", ".git/x.txt", "a/.DS_Store"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert [Path(file).relative_to(tmp_path).as_posix() for file in files_of(str(tmp_path))] == [
        "a/c/y.txt",
        "a/z.txt",
        "b.txt",
    ]


def test_several_sources_come_one_after_another(tmp_path: Path) -> None:
    one, two = str(tmp_path / "one"), str(tmp_path / "two")
    Path(one).touch()
    Path(two).touch()
    assert expand([two, f"{one}::{two}", one]) == [(two,), (one, two), (one,)]
    assert files_of([two, f"{one}::{two}"]) == [two, one, two]


def test_a_missing_file_is_named_with_what_is_near(tmp_path: Path) -> None:
    (tmp_path / "train.txt").touch()
    with pytest.raises(ValueError, match=r"trian.txt: no such file or folder; did you mean train.txt\?"):
        expand(str(tmp_path / "trian.txt"))


def test_a_missing_folder_is_what_is_pointed_at(tmp_path: Path) -> None:
    (tmp_path / "corpora").mkdir()
    with pytest.raises(ValueError, match=r"did you mean corpora\?"):
        expand(str(tmp_path / "corpra" / "train.txt"))


def test_nothing_near_is_no_hint(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"no such file or folder$"):
        expand(str(tmp_path / "train.txt"))


def test_a_text_in_place_of_a_file_is_told_where_texts_are_read(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"no such file or folder; a text itself is read from standard input, as -$"):
        expand(str(tmp_path / "the engine does not start"))


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".hidden").touch()
    with pytest.raises(ValueError, match="no files to read in this folder"):
        expand(str(tmp_path))


def test_a_pair_is_two_files_that_are_there(tmp_path: Path) -> None:
    (tmp_path / "train.de").touch()
    with pytest.raises(ValueError, match=r"train.em: no such file or folder; did you mean train.de\?"):
        expand(f"{tmp_path}/train.de::{tmp_path}/train.em")
    with pytest.raises(ValueError, match="a pair is two files, from::to"):
        expand("a::b::c")

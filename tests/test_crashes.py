"""A training that is killed, whose disk is full or whose files are damaged loses nothing and ends the same.

Some sixty trainings of 20 steps, a third of a second each.
"""

import dataclasses
import json
import os
import pickle
import random
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from octavo.training import checkpoint
from tests.nursery import Ended, Nursery, Strike

STEPS = 20


@dataclasses.dataclass(frozen=True)
class Stage:
    """A text, and trainings on it that differ in nothing but what happens to them."""

    nursery: Nursery
    text: Path
    cache: Path

    def train(self, folder: Path, *more: str, **events: Any) -> Ended:
        """Train on, saving after every step."""
        where = ["--data", self.text, "--out", folder, "--device", "cpu"]
        how = ["--tiny", "--resume", "--training.checkpoint_seconds", "1e-9", *more]
        cache = {"OCTAVO_CACHE": str(self.cache)}
        return self.nursery.run("train", "lstm-bytes", *where, *how, environments=[cache], **events)


@pytest.fixture(scope="module")
def stage(nursery: Nursery, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    folder = tmp_path_factory.mktemp("stage")
    words = random.Random(0).choices(["some", "words", "for", "a", "model", "to", "learn"], k=1000)
    (folder / "text.txt").write_text(" ".join(words))
    return Stage(nursery, folder / "text.txt", folder / "cache")


@pytest.fixture(scope="module")
def uninterrupted(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, float]:
    """A run that nothing happened to, and the seconds it took."""
    folder = tmp_path_factory.mktemp("runs") / "uninterrupted"
    stage.train(folder, "--steps", "1")  # prepares the text
    shutil.rmtree(folder)
    ended = stage.train(folder)
    assert ended.codes == [0], ended.said
    return folder, ended.seconds


@pytest.fixture
def copy(uninterrupted: tuple[Path, float], tmp_path: Path) -> Path:
    """The run that nothing happened to, to do something to."""
    return Path(shutil.copytree(uninterrupted[0], tmp_path / "run"))


def assert_same(folder: Path, expected: Path) -> None:
    """Bit for bit the same weights, optimizer, state and log; and nothing is left lying about."""
    last = f"checkpoints/step-{STEPS:08d}"
    names = ["model.safetensors", *(f"{last}/{group}.safetensors" for group in ("model", "optimizer", "carry"))]
    assert [name for name in names if (folder / name).read_bytes() != (expected / name).read_bytes()] == []
    assert log(folder) == log(expected)
    assert not list(folder.rglob(".*"))


def log(folder: Path) -> list[dict[str, Any]]:
    timed = ("seconds", "processor_seconds", "tokens_per_second")
    read = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    return [{name: value for name, value in line.items() if name not in timed} for line in read]


# Killed


@pytest.mark.parametrize("seed", range(20))
def test_killed_at_a_random_moment_and_resumed_ends_the_same(
    stage: Stage, uninterrupted: tuple[Path, float], tmp_path: Path, seed: int
) -> None:
    expected, seconds = uninterrupted
    moment = random.Random(seed).uniform(0, seconds)
    while stage.train(tmp_path / "run", kill_after=moment).codes != [-signal.SIGKILL]:
        shutil.rmtree(tmp_path / "run")
        moment *= 0.8  # it ended before
    assert stage.train(tmp_path / "run").codes == [0]
    assert_same(tmp_path / "run", expected)


@pytest.mark.parametrize("first", [18, 27])
def test_killed_before_each_operation_of_saving_ends_the_same(
    stage: Stage, uninterrupted: tuple[Path, float], tmp_path: Path, first: int
) -> None:
    """A save makes some 17 operations on its draft; each process gets through one save, and is struck in the second."""
    drafts = f"{tmp_path}/run/checkpoints/.step-"
    for at in range(first, first + 9):
        struck = stage.train(tmp_path / "run", strike=Strike(signal.SIGKILL, at, drafts))
        assert struck.codes == [-signal.SIGKILL], struck.said
    assert stage.train(tmp_path / "run").codes == [0]
    assert_same(tmp_path / "run", uninterrupted[0])


# Damaged

FILES = ["carry.safetensors", "manifest.json", "model.safetensors", "optimizer.safetensors", "state.json"]


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


@pytest.mark.parametrize("damage", [flip, cut, Path.unlink])
@pytest.mark.parametrize("name", FILES)
def test_a_damaged_checkpoint_is_named_and_the_one_before_it_taken(
    stage: Stage,
    uninterrupted: tuple[Path, float],
    copy: Path,
    name: str,
    damage: Callable[[Path], None],
) -> None:
    newest = checkpoint.folder_of(copy / "checkpoints", STEPS)
    damage(newest / name)
    ended = stage.train(copy)
    assert ended.codes == [0]
    assert f"{newest / name} is " in ended.said
    assert f"resumed {checkpoint.folder_of(copy / 'checkpoints', STEPS - 1)}" in ended.said
    assert_same(copy, uninterrupted[0])


def test_where_all_checkpoints_are_damaged_nothing_begins_anew(stage: Stage, copy: Path) -> None:
    damaged = sorted((copy / "checkpoints").glob("*/model.safetensors"))
    for path in damaged:
        flip(path)
    before = sorted(copy.rglob("*"))
    ended = stage.train(copy)
    assert ended.codes == [1]
    assert all(str(path) in ended.said for path in damaged)
    last = ended.said.splitlines()[-1]
    assert last.startswith(f"octavo: no checkpoint in {copy / 'checkpoints'} is whole")
    assert "remove" in last
    assert sorted(copy.rglob("*")) == before


# A trap

MARK = Path("sprung")


class Trap:
    """What is unpickled to this has made a folder."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(MARK),)


@pytest.fixture
def trap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """A pickle that would be noticed, as it is here."""
    monkeypatch.chdir(tmp_path)
    made = pickle.dumps(Trap())
    pickle.loads(made)
    MARK.rmdir()
    return made


def seal(folder: Path) -> None:
    """Forge a manifest, as whoever lays a trap would."""
    (folder / "manifest.json").unlink()
    files = {path.name: checkpoint._fingerprint(path) for path in folder.iterdir()}
    (folder / "manifest.json").write_text(checkpoint._manifest_text(files))


@pytest.mark.parametrize(
    ("name", "sealed", "codes"),
    [
        ("model.safetensors", False, {1}),
        ("model.safetensors", True, {1}),
        ("state.json", True, {1, 2}),
        ("manifest.json", False, {1}),
        ("model.pt", False, {0}),
        ("model.pt", True, {0}),
    ],
)
def test_a_pickle_in_a_checkpoint_is_never_opened(
    stage: Stage, copy: Path, trap: bytes, name: str, sealed: bool, codes: set[int]
) -> None:
    for folder in (copy / "checkpoints").iterdir():
        (folder / name).write_bytes(trap)
        if sealed:
            seal(folder)
    ended = stage.train(copy)
    assert "Traceback" not in ended.said
    assert ended.code in codes
    assert not MARK.exists()


@pytest.mark.parametrize("name", ["model.safetensors", "recipe.toml", "codec.json", "run.json"])
def test_a_pickle_in_a_run_is_never_opened(nursery: Nursery, copy: Path, trap: bytes, name: str) -> None:
    (copy / name).write_bytes(trap)
    ended = nursery.run("generate", copy)
    assert ended.codes == [1]
    assert f"{copy / name} is not what was written there" in ended.said
    assert not MARK.exists()


# A full disk


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)], capture_output=True)
    if mounted.returncode:
        pytest.skip(f"only root may mount the small disk that this fills: {mounted.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize("free", [0, 60_000])
def test_a_full_disk_is_said_and_costs_nothing(
    stage: Stage, uninterrupted: tuple[Path, float], small_disk: Path, free: int
) -> None:
    run, filler = small_disk / "run", small_disk / "filler"
    stopped = stage.train(run, strike=Strike(signal.SIGTERM, 100, str(run)))
    assert stopped.codes == [143], stopped.said
    before = sorted((run / "checkpoints").iterdir())
    filler.write_bytes(bytes(shutil.disk_usage(small_disk).free - free))
    full = stage.train(run)
    assert full.codes == [1], full.said
    last = full.said.splitlines()[-1]
    assert ("no room for checkpoint" in last and "is intact" in last) if free else "No space left on device" in last
    assert str(run) in last
    assert "Traceback" not in full.said
    assert sorted((run / "checkpoints").iterdir()) == before
    checkpoint.verify(before[-1])
    filler.unlink()
    assert stage.train(run).codes == [0]
    assert_same(run, uninterrupted[0])

"""Checkpoints: exact, whole or not at all, aware of damage, and never code."""

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from octavo.training import checkpoint
from octavo.training.checkpoint import Damaged, DiskFull, Pickled, folder_of, load, newest, prune, save

FACTS = {"step": 1, "seconds": 0.1, "best": None, "name": "ö"}


def tensors(value: float = 1.0) -> dict[str, dict[str, torch.Tensor]]:
    weights = {"a": torch.full((3, 2), value), "half": torch.randn(5).bfloat16(), "count": torch.tensor(7)}
    return {
        "model": weights,
        "carry": {},
        "optimizer": {"a/step": torch.tensor(2.0**24 + 1), "nan": torch.tensor(torch.nan)},
    }


def test_what_is_loaded_is_what_was_saved_bit_for_bit(tmp_path: Path) -> None:
    saved = tensors()
    loaded, facts = load(save(tmp_path, 12, saved, FACTS))
    assert facts == FACTS
    assert loaded.keys() == saved.keys()
    for group, named in saved.items():
        assert {name: bits(tensor) for name, tensor in loaded[group].items()} == {
            name: bits(tensor) for name, tensor in named.items()
        }


def bits(tensor: torch.Tensor) -> tuple[torch.dtype, torch.Size, list[int]]:
    return tensor.dtype, tensor.shape, tensor.reshape(-1).view(torch.uint8).tolist()


@pytest.mark.parametrize("name", ["model.safetensors", "optimizer.safetensors", "state.json", "manifest.json"])
@pytest.mark.parametrize("where", [0, 0.5, 1])
def test_a_flipped_bit_is_refused_by_the_file_s_name(tmp_path: Path, name: str, where: float) -> None:
    path = save(tmp_path, 1, tensors(), FACTS) / name
    content = bytearray(path.read_bytes())
    content[int(where * (len(content) - 1))] ^= 1
    path.write_bytes(content)
    with pytest.raises(Damaged, match=name.replace(".", r"\.")):
        load(path.parent)


@pytest.mark.parametrize("name", ["model.safetensors", "state.json", "manifest.json"])
def test_a_file_cut_short_or_missing_is_refused_by_its_name(tmp_path: Path, name: str) -> None:
    path = save(tmp_path, 1, tensors(), FACTS) / name
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(Damaged, match=name):
        load(path.parent)
    path.unlink()
    with pytest.raises(Damaged, match=f"{name} is missing"):
        load(path.parent)


def test_newest_goes_back_past_damage_and_says_why(tmp_path: Path) -> None:
    good, bad = (save(tmp_path, step, tensors(), FACTS) for step in (1, 2))
    told: list[str] = []
    assert newest(tmp_path, told.append) == bad
    assert not told
    (bad / "model.safetensors").write_bytes(b"")
    assert newest(tmp_path, told.append) == good
    assert len(told) == 1
    assert "model.safetensors is damaged: its bytes should be" in told[0]


def test_without_a_checkpoint_there_is_none(tmp_path: Path) -> None:
    assert newest(tmp_path / "absent", pytest.fail) is None


def test_prune_keeps_the_last_and_the_chosen(tmp_path: Path) -> None:
    for step in (1, 2, 3, 4):
        save(tmp_path, step, tensors(), FACTS)
    prune(tmp_path, keep_last=2, keep={1})
    assert sorted(os.listdir(tmp_path)) == ["step-00000001", "step-00000003", "step-00000004"]


def test_a_future_that_is_made_anew_is_discarded(tmp_path: Path) -> None:
    for step in (1, 2, 3):
        save(tmp_path, step, tensors(), FACTS)
    checkpoint.discard_after(tmp_path, 1)
    assert os.listdir(tmp_path) == ["step-00000001"]


def test_a_step_saved_again_replaces_the_first(tmp_path: Path) -> None:
    save(tmp_path, 1, tensors(1.0), FACTS)
    folder = save(tmp_path, 1, tensors(2.0), FACTS)
    assert load(folder)[0]["model"]["a"][0, 0] == 2.0
    assert os.listdir(tmp_path) == ["step-00000001"]


def fail_at_call(number: int, function: Callable[..., object], error: BaseException) -> Callable[..., object]:
    """The function, until its call of that number, which raises."""
    calls = iter(range(number + 1))

    def failing(*args: object, **kwargs: object) -> object:
        if next(calls, None) == number:
            raise error
        return function(*args, **kwargs)

    return failing


class Killed(BaseException):
    """Stands for a signal that ends the process; what cleans up after errors does not run."""


POINTS = [("save_file", 0), ("save_file", 1), ("_fingerprint", 2), ("flush", 0), ("flush", 3), ("_put_in_place", 0)]


@pytest.mark.parametrize(("function", "call"), POINTS)
@pytest.mark.parametrize("again", [1, 2])
def test_a_writer_killed_anywhere_loses_nothing_and_is_swept_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, function: str, call: int, again: int
) -> None:
    save(tmp_path, 1, tensors(1.0), FACTS)
    with monkeypatch.context() as patch:
        patch.setattr(checkpoint, function, fail_at_call(call, getattr(checkpoint, function), Killed()))
        patch.setattr(checkpoint.shutil, "rmtree", lambda *args, **kwargs: None)
        with pytest.raises(Killed):
            save(tmp_path, again, tensors(2.0), FACTS)
    assert len(os.listdir(tmp_path)) == 2
    found = newest(tmp_path, pytest.fail)
    assert found is not None
    assert load(found)[0]["model"]["a"][0, 0] == 1.0
    save(tmp_path, 3, tensors(), FACTS)
    assert sorted(os.listdir(tmp_path)) == ["step-00000001", "step-00000003"]


@pytest.mark.parametrize("renames", [1, 2])
def test_a_writer_killed_while_replacing_leaves_the_old_or_the_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, renames: int
) -> None:
    save(tmp_path, 1, tensors(1.0), FACTS)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", fail_at_call(renames, Path.rename, Killed()))
        patch.setattr(checkpoint.shutil, "rmtree", lambda *args, **kwargs: None)
        with pytest.raises(Killed):
            save(tmp_path, 1, tensors(2.0), FACTS)
    found = newest(tmp_path, pytest.fail)
    assert found is not None
    assert load(found)[0]["model"]["a"][0, 0] == renames
    save(tmp_path, 1, tensors(3.0), FACTS)
    assert [load(path)[0]["model"]["a"][0, 0] for path in tmp_path.glob("step-*")][-1] == 3.0
    save(tmp_path, 2, tensors(), FACTS)
    assert sorted(os.listdir(tmp_path)) == ["step-00000001", "step-00000002"]


WRITER = """
import sys, torch
from pathlib import Path
from octavo.training.checkpoint import save
step = 0
while True:
    step += 1
    save(Path(sys.argv[1]), step, {"model": {"a": torch.full((200_000,), float(step))}}, {"step": step})
    print(step, flush=True)
"""


def test_a_killed_process_leaves_its_last_checkpoint(tmp_path: Path) -> None:
    """Takes three seconds: a real process has to import torch before it can be killed."""
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    told = [int(writer.stdout.readline()) for _ in range(5)]
    writer.send_signal(signal.SIGKILL)
    told += [int(line) for line in writer.stdout.read().splitlines()]
    writer.stdout.close()
    assert writer.wait() == -signal.SIGKILL
    found = newest(tmp_path, pytest.fail)
    assert found is not None
    loaded, facts = load(found)
    assert facts["step"] >= told[-1]
    assert (loaded["model"]["a"] == facts["step"]).all()


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        RuntimeError("I/O error: No space left on device (os error 28)"),
    ],
)
def test_a_full_disk_is_told_and_leaves_the_checkpoint_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    before = save(tmp_path, 1, tensors(), FACTS)
    monkeypatch.setattr(checkpoint, "save_file", fail_at_call(1, checkpoint.save_file, error))
    with pytest.raises(DiskFull, match=r"step-00000002.*MB are free; the checkpoint before it is intact"):
        save(tmp_path, 2, tensors(), FACTS)
    assert os.listdir(tmp_path) == [before.name]
    assert newest(tmp_path, pytest.fail) == before


def test_another_error_is_not_taken_for_a_full_disk(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="not JSON serializable"):
        save(tmp_path, 1, tensors(), {"folder": tmp_path})
    assert not os.listdir(tmp_path)


@pytest.mark.parametrize("name", ["model.pt", "pytorch_model.bin", "state.pkl"])
def test_a_pickle_never_runs(tmp_path: Path, name: str) -> None:
    ran = tmp_path / "ran"
    folder = folder_of(tmp_path, 1)
    folder.mkdir()
    (folder / name).write_bytes(b"cos\nsystem\n(S'touch " + bytes(ran) + b"'\ntR.")
    for read in (load, lambda folder: newest(folder.parent, pytest.fail)):
        with pytest.raises(Pickled, match=f"{name} is a pickle.*convert it to safetensors"):
            read(folder)
    assert not ran.exists()


def test_a_file_that_no_one_listed_is_not_read(tmp_path: Path) -> None:
    folder = save(tmp_path, 1, tensors(), FACTS)
    (folder / "stranger.safetensors").write_bytes(b"not even tensors")
    assert "stranger" not in load(folder)[0]

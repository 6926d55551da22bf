"""Checkpoints: folders that are there whole or not at all, and that know when they are damaged.

    checkpoints/step-00001234/
        model.safetensors, optimizer.safetensors, …    a file for each group of tensors
        state.json                                     plain facts: step, epoch, seconds, best metric, …
        manifest.json                                  the size and SHA-256 of each file, and of this list

A checkpoint is written beside, under a name that begins with a dot, forced to disk, and then renamed. A training
killed at any moment so leaves the checkpoints it had; what it was writing is swept by the next save. One process,
the first rank, writes. Nothing is ever unpickled: a file can hold numbers and JSON, no code.
"""

import errno
import hashlib
import json
import re
import secrets
import shutil
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from octavo.durable import flush

FOLDER = re.compile(r"step-(\d{8,})(\.replaced)?")
PICKLES = {".pt", ".pth", ".bin", ".pkl", ".pickle", ".ckpt"}


class DiskFull(OSError):
    """There was no room for a checkpoint; those before it are intact."""


class Damaged(RuntimeError):
    """A checkpoint's files are not what was written."""


class Pickled(RuntimeError):
    """There is a pickle where a checkpoint should be."""


def save(root: Path, step: int, tensors: Mapping[str, Mapping[str, Tensor]], facts: Mapping[str, Any]) -> Path:
    """Write the checkpoint of a step, replacing one of the same step, and return its folder."""
    root.mkdir(parents=True, exist_ok=True)
    _sweep(root)
    folder = folder_of(root, step)
    fresh = root / f".{folder.name}-{secrets.token_hex(4)}"
    try:
        _write(fresh, tensors, facts)
        _put_in_place(fresh, folder)
    except BaseException as error:
        shutil.rmtree(fresh, ignore_errors=True)
        if _is_full(error):
            raise DiskFull(_no_room(folder, tensors)) from error
        raise
    return folder


def load(folder: Path, device: torch.device | str = "cpu") -> tuple[dict[str, dict[str, Tensor]], dict[str, Any]]:
    """The tensors by group, and the facts, of a checkpoint whose every byte is verified first."""
    files = [folder / name for name in verify(folder)]
    tensors = {path.stem: load_file(path, device=str(device)) for path in files if path.suffix == ".safetensors"}
    return tensors, json.loads((folder / "state.json").read_text())


def newest(root: Path, warn: Callable[[str], object]) -> Path | None:
    """The newest checkpoint that verifies; `warn` hears of each newer one that does not."""
    for folder in reversed(_folders(root)):
        try:
            verify(folder)
        except Damaged as error:
            warn(f"{error}; going back to the checkpoint before it")
        else:
            return folder
    return None


def prune(root: Path, keep_last: int, keep: Collection[int] = ()) -> None:
    """Remove all checkpoints but the last few and those of the steps to keep."""
    folders = _folders(root)
    for folder in folders[: max(0, len(folders) - keep_last)]:
        if step_of(folder) not in keep:
            _remove(folder)


def discard_after(root: Path, step: int) -> None:
    """Remove the checkpoints after a step that training goes on from: damaged, or of a future that is made anew.

    What killed writers left goes too.
    """
    _sweep(root)
    for folder in _folders(root):
        if step_of(folder) > step:
            _remove(folder)


def verify(folder: Path) -> list[str]:
    """The names of a checkpoint's files, all as they were written; `Damaged` says which is not, and how."""
    files = _manifest(folder)
    for name, entry in files.items():
        path = folder / name
        if not path.is_file():
            raise Damaged(f"{path} is missing")
        actual = _fingerprint(path)
        for fact in ("bytes", "sha256"):
            if actual[fact] != entry[fact]:
                raise Damaged(f"{path} is damaged: its {fact} should be {entry[fact]}, is {actual[fact]}")
    return sorted(files)


def folder_of(root: Path, step: int) -> Path:
    return root / f"step-{step:08d}"


def step_of(folder: Path) -> int:
    found = FOLDER.fullmatch(folder.name)
    assert found, f"{folder} is not named as a checkpoint"
    return int(found[1])


def _write(folder: Path, tensors: Mapping[str, Mapping[str, Tensor]], facts: Mapping[str, Any]) -> None:
    folder.mkdir()
    for group, named in tensors.items():
        save_file(dict(named), folder / f"{group}.safetensors")
    (folder / "state.json").write_text(json.dumps(dict(facts), indent=2) + "\n")
    files = {path.name: _fingerprint(path) for path in sorted(folder.iterdir())}
    (folder / "manifest.json").write_text(_manifest_text(files))
    for path in [*folder.iterdir(), folder]:
        flush(path)


def _put_in_place(fresh: Path, folder: Path) -> None:
    """Rename, so that at every moment there is this step's old checkpoint or its new one."""
    replaced = folder.with_name(f"{folder.name}.replaced")
    if folder.exists():
        folder.rename(replaced)
    fresh.rename(folder)
    flush(folder.parent)
    if replaced.exists():
        _remove(replaced)


def _sweep(root: Path) -> None:
    """Remove what killed writers left: unfinished checkpoints, and those whose replacement is in place."""
    for path in root.glob(".step-*"):
        shutil.rmtree(path)
    for path in root.glob("step-*.replaced"):
        if folder_of(root, step_of(path)).exists():
            _remove(path)


def _remove(folder: Path) -> None:
    """Remove a checkpoint; one that is half removed must not look like a damaged one."""
    doomed = folder.with_name(f".{folder.name}-{secrets.token_hex(4)}")
    folder.rename(doomed)
    shutil.rmtree(doomed)


def _folders(root: Path) -> list[Path]:
    found = [path for path in root.glob("step-*") if FOLDER.fullmatch(path.name)]
    return sorted(found, key=lambda path: (step_of(path), not path.suffix))


def _fingerprint(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"bytes": path.stat().st_size, "sha256": digest}


def _manifest_text(files: dict[str, Any]) -> str:
    """The list of files, sealed by its own digest."""
    seal = hashlib.sha256(json.dumps(files, sort_keys=True).encode()).hexdigest()
    return json.dumps({"files": files, "sha256": seal}, indent=2, sort_keys=True) + "\n"


def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / "manifest.json"
    if not path.is_file():
        raise _without_manifest(folder)
    text = path.read_bytes()
    try:
        files = json.loads(text)["files"]
    except (ValueError, KeyError, TypeError):
        raise Damaged(f"{path} is damaged: it is not the JSON that was written") from None
    if _manifest_text(files).encode() != text:
        raise Damaged(f"{path} is damaged: its list of files does not match its own sha256")
    return files


def _without_manifest(folder: Path) -> Exception:
    pickles = sorted(path.name for path in folder.glob("*") if path.suffix in PICKLES)
    if pickles:
        return Pickled(
            f"{folder / pickles[0]} is a pickle, which could run any code and is never opened: "
            "convert it to safetensors where you trust it, or name a checkpoint of Octavo's own"
        )
    return Damaged(f"{folder / 'manifest.json'} is missing, so this is no checkpoint")


def _is_full(error: BaseException) -> bool:
    """Whether the disk or the quota is full; safetensors tells it only in the message."""
    codes = {errno.ENOSPC, errno.EDQUOT}
    return getattr(error, "errno", None) in codes or any(f"(os error {code})" in str(error) for code in codes)


def _no_room(folder: Path, tensors: Mapping[str, Mapping[str, Tensor]]) -> str:
    needed = sum(tensor.nbytes for named in tensors.values() for tensor in named.values()) / 1e6
    free = shutil.disk_usage(folder.parent).free / 1e6
    return (
        f"no room for checkpoint {folder}: it needs {needed:,.1f} MB, {free:,.1f} MB are free; "
        "the checkpoint before it is intact"
    )

"""The command line in one process: what a command says, and what it leaves in folders."""

from pathlib import Path
from typing import Any

import pytest

from octavo.cli import main

Captured = pytest.CaptureFixture[str]
TRAIN = ["train", "lstm-bytes", "--tiny", "--device", "cpu", "--data", "text.txt"]


def said(capsys: Captured, *arguments: str, code: int = 0) -> str:
    """What a command writes to stdout, or to stderr if it is to fail."""
    capsys.readouterr()
    assert main(arguments) == code, capsys.readouterr().err
    captured = capsys.readouterr()
    return captured.err if code else captured.out


def said_aloud(capsys: Captured, *arguments: str) -> str:
    """What a command that succeeds writes to stderr."""
    capsys.readouterr()
    assert main(arguments) == 0
    return capsys.readouterr().err


def contents(folder: Path) -> dict[Any, Any]:
    return {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in folder.rglob("*") if path.is_file()}

"""Where and with what something was measured: facts that stand beside every figure."""

import os
import platform
import subprocess
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

import torch


def environment(device: torch.device, precision: str) -> dict[str, Any]:
    """The machine, the versions and the commit, as plain data."""
    return {
        "device": torch.cuda.get_device_name(device) if device.type == "cuda" else device.type,
        "precision": precision,
        "cpu": _cpu_name(),
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
        "octavo": _version(),
        "commit": _commit(),
    }


def processor(environment: Mapping[str, Any]) -> str:
    """What computed, in a few words."""
    if environment["device"] != "cpu":
        return environment["device"]
    threads = environment["threads"]
    return f"{environment['cpu']}, {threads} thread{'' if threads == 1 else 's'}"


def _version() -> str | None:
    try:
        return metadata.version("octavo")
    except metadata.PackageNotFoundError:
        return None  # read from its source, not installed


def _cpu_name() -> str:
    listing = Path("/proc/cpuinfo")
    names = [line.partition(":")[2].strip() for line in _lines(listing) if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


def _commit() -> str | None:
    """The commit of the checkout that this package is read from, marked where files differ from it."""
    here = Path(__file__).parent
    if not (here.parent / ".git").exists():
        return None
    try:
        described = subprocess.run(
            ["git", "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"],
            cwd=here, capture_output=True, text=True, check=True,
        )  # fmt: skip
    except (OSError, subprocess.CalledProcessError):
        return None
    return described.stdout.strip()

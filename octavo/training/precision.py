"""Where to compute, and in which precision."""

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Literal, get_args

import torch

Device = Literal["auto", "cpu", "cuda", "mps"]
Precision = Literal["auto", "fp32", "bf16"]
Resolved = Literal["fp32", "bf16"]
DTYPES: dict[Resolved, torch.dtype] = {"fp32": torch.float32, "bf16": torch.bfloat16}


def resolve_device(name: Device = "auto") -> torch.device:
    """The device of that name; `auto` is the first there is of cuda, mps, cpu."""
    if name not in get_args(Device):
        raise ValueError(f"device {name!r} is none of {', '.join(get_args(Device))}")
    present = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if name == "auto":
        name = next(kind for kind in ("cuda", "mps", "cpu") if present[kind])
    if not present[name]:
        there = ", ".join(kind for kind, here in present.items() if here)
        raise ValueError(f"device {name!r} is not available on this machine: choose auto or one of {there}")
    return torch.device(name)


def resolve_precision(name: Precision, device: torch.device) -> Resolved:
    """The precision of that name; `auto` is bf16 where the hardware multiplies it fast, fp32 elsewhere."""
    if name not in get_args(Precision):
        raise ValueError(f"precision {name!r} is none of {', '.join(get_args(Precision))}")
    if name == "auto":
        return "bf16" if _multiplies_bf16(device) else "fp32"
    return name


def autocast(device: torch.device, precision: Resolved) -> AbstractContextManager[object]:
    """A context in which products are computed in that precision, weights staying in fp32."""
    return torch.autocast(device.type, dtype=DTYPES[precision]) if precision == "bf16" else nullcontext()


def _multiplies_bf16(device: torch.device) -> bool:
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    return device.type == "cpu" and bool({"amx_bf16", "avx512_bf16"} & _cpu_features())


def _cpu_features() -> set[str]:
    if hasattr(torch.cpu, "get_capabilities"):
        return {name for name, present in torch.cpu.get_capabilities().items() if present}
    listing = Path("/proc/cpuinfo")  # before torch 2.11
    return set(listing.read_text().split()) if listing.exists() else set()

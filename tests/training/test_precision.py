"""Devices and precisions: what is there, and a clear word where it is not."""

import pytest
import torch

from octavo.training import precision
from octavo.training.precision import autocast, resolve_device, resolve_precision

CPU = torch.device("cpu")


def test_the_cpu_is_always_there_and_auto_is_something_that_is() -> None:
    assert resolve_device("cpu") == CPU
    assert torch.ones(1, device=resolve_device("auto")).item() == 1.0


def test_an_absent_device_is_told_with_those_that_are_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    with pytest.raises(ValueError, match="device 'cuda' is not available on this machine: choose auto or one of cpu"):
        resolve_device("cuda")
    assert resolve_device("auto") == CPU


def test_unknown_names_are_told_with_the_choices() -> None:
    with pytest.raises(ValueError, match="'tpu' is none of auto, cpu, cuda, mps"):
        resolve_device("tpu")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="'fp16' is none of auto, fp32, bf16"):
        resolve_precision("fp16", CPU)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("features", "expected"),
    [({"avx2", "avx512_f"}, "fp32"), ({"avx2", "avx512_bf16"}, "bf16"), ({"amx_bf16"}, "bf16")],
)
def test_auto_is_bf16_where_the_processor_multiplies_it(
    monkeypatch: pytest.MonkeyPatch, features: set[str], expected: str
) -> None:
    monkeypatch.setattr(precision, "_cpu_features", lambda: features)
    assert resolve_precision("auto", CPU) == expected
    assert resolve_precision("fp32", CPU) == "fp32"
    assert resolve_precision("bf16", CPU) == "bf16"


def test_the_processor_s_features_are_known_in_either_way(monkeypatch: pytest.MonkeyPatch) -> None:
    named = precision._cpu_features()
    monkeypatch.delattr(torch.cpu, "get_capabilities", raising=False)
    read = precision._cpu_features()
    assert {"avx512_bf16", "amx_bf16"} & named == {"avx512_bf16", "amx_bf16"} & read


def test_products_are_in_the_precision_asked_for() -> None:
    a = torch.ones(2, 2)
    with autocast(CPU, "bf16"):
        assert (a @ a).dtype == torch.bfloat16
    with autocast(CPU, "fp32"):
        assert (a @ a).dtype == torch.float32

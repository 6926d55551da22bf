"""The kernel over rows of logits against its plain twin in double precision.

Shapes: N positions, V vocabulary.
"""

import pytest
import torch
from torch import Tensor

from octavo.ops import cross_entropy, native
from octavo.ops.cross_entropy import cross_entropy_rows, cross_entropy_rows_plain

needs_kernels = pytest.mark.skipif(native.kernels is None, reason="no compiler was at hand")


def some(rows: int, words: int, dtype: torch.dtype = torch.float32) -> tuple[Tensor, Tensor, Tensor]:
    chance = torch.Generator().manual_seed(words)
    logits_NV = (4 * torch.randn(rows, words, generator=chance)).to(dtype)
    return logits_NV, torch.randint(words, (rows,), generator=chance), torch.rand(rows, generator=chance)


def exactly(logits_NV: Tensor, target_N: Tensor, share_N: Tensor) -> tuple[Tensor, Tensor]:
    """nats_N, and what is to stand in the logits' place."""
    error_NV = logits_NV.double()
    return cross_entropy_rows_plain(error_NV, target_N, share_N.double()), error_NV


@needs_kernels
@pytest.mark.parametrize("words", [1, 2, 7, 8, 17, 256, 5_003])
@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize(("dtype", "error"), [(torch.float32, 1e-6), (torch.bfloat16, 4e-3)], ids=["fp32", "bf16"])
def test_equals_its_plain_twin(
    words: int, threads: int, dtype: torch.dtype, error: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cross_entropy, "_WORTH_A_THREAD", 1)
    monkeypatch.setattr(native, "threads", lambda: threads)
    logits_NV, target_N, share_N = some(5, words, dtype)
    nats_N, error_NV = exactly(logits_NV, target_N, share_N)
    told_N = cross_entropy_rows(logits_NV, target_N, share_N)
    torch.testing.assert_close(told_N.double(), nats_N, rtol=1e-6, atol=1e-5)
    torch.testing.assert_close(logits_NV.double(), error_NV, rtol=error, atol=1e-6)


@needs_kernels
def test_without_shares_the_logits_stay() -> None:
    logits_NV, target_N, share_N = some(3, 19)
    kept_NV = logits_NV.clone()
    told_N = cross_entropy_rows(logits_NV, target_N, None)
    assert torch.equal(logits_NV, kept_NV)
    assert torch.equal(told_N, cross_entropy_rows(logits_NV, target_N, share_N))


@needs_kernels
@pytest.mark.parametrize("shift", [-1e4, 1e4])
def test_only_differences_of_logits_count(shift: float) -> None:
    """Whole numbers, so that the shift itself rounds nothing."""
    logits_NV, target_N, share_N = some(4, 33)
    logits_NV = logits_NV.round()
    nats_N, error_NV = exactly(logits_NV, target_N, share_N)
    logits_NV += shift
    told_N = cross_entropy_rows(logits_NV, target_N, share_N)
    torch.testing.assert_close(told_N.double(), nats_N, rtol=1e-3, atol=1e-3)  # a float near 1e4 has steps of 1e-3
    torch.testing.assert_close(logits_NV.double(), error_NV, rtol=1e-5, atol=1e-6)


@needs_kernels
@pytest.mark.parametrize("target", [0, 1])
def test_what_is_impossible_costs_an_eternity_or_nothing(target: int) -> None:
    logits_NV = torch.tensor([[-torch.inf, 0.0, -200.0]])
    told_N = cross_entropy_rows(logits_NV, torch.tensor([target]), torch.ones(1))
    assert told_N.item() == (torch.inf if target == 0 else 0.0)
    assert logits_NV.tolist() == ([[-1.0, 1.0, 0.0]] if target == 0 else [[0.0, 0.0, 0.0]])


@needs_kernels
def test_a_logit_that_is_no_number_is_seen() -> None:
    logits_NV = torch.zeros(2, 9)
    logits_NV[1, 4] = torch.nan
    told_N = cross_entropy_rows(logits_NV, torch.zeros(2, dtype=torch.int64), None)
    assert told_N.isnan().tolist() == [False, True]


@needs_kernels
@pytest.mark.parametrize("target", [-1, 5])
def test_a_target_that_is_no_logit_is_refused(target: int) -> None:
    with pytest.raises(IndexError, match=rf"targets from {target} to {target} of 5 logits"):
        cross_entropy_rows(torch.zeros(1, 5), torch.tensor([target]), None)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_is_an_operator_as_pytorch_asks(dtype: torch.dtype) -> None:
    logits_NV, target_N, share_N = some(3, 11, dtype)
    torch.library.opcheck(cross_entropy_rows, (logits_NV, target_N, share_N))
    torch.library.opcheck(cross_entropy_rows, (logits_NV, target_N, None))

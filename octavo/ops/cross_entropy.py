"""Cross entropy over rows of logits, its gradient written over them: native/cross_entropy.c, beside its plain form.

Shapes: N positions, V vocabulary.
"""

import ctypes

import torch
from torch import Tensor

from octavo.ops import native
from octavo.ops.late_compiler import apart_from_compiler

# Below this many logits a second thread costs more than it brings.
_WORTH_A_THREAD = 65_536


def wide(dtype: torch.dtype) -> torch.dtype:
    """Single precision at least: a softmax over many ids needs it."""
    return torch.promote_types(dtype, torch.float32)


class _Rows(ctypes.Structure):
    """The C file's `Rows`, field by field."""

    _fields_ = tuple((name, ctypes.c_int64) for name in ("rows", "words")) + tuple(
        (name, ctypes.c_void_p) for name in ("logits", "targets", "shares", "nats")
    )


@apart_from_compiler
@torch.library.custom_op("octavo::cross_entropy_rows", mutates_args=("logits_NV",))
def cross_entropy_rows(logits_NV: Tensor, target_N: Tensor, share_N: Tensor | None) -> Tensor:
    """nats_N = −log softmax(logits)[target]; with shares, ∂(Σ share · nats)/∂logits is written over the logits."""
    if native.kernels is None or not _is_for_kernel(logits_NV):
        return cross_entropy_rows_plain(logits_NV, target_N, share_N)
    rows, words = logits_NV.shape
    if target_N.shape != (rows,) or target_N.dtype != torch.int64 or (share_N is not None and share_N.shape != (rows,)):
        raise ValueError(f"{rows} rows of logits, but targets {tuple(target_N.shape)} of {target_N.dtype}")
    if rows and not 0 <= target_N.min() <= target_N.max() < words:
        raise IndexError(f"targets from {target_N.min()} to {target_N.max()} of {words} logits")
    nats_N = torch.empty(rows, dtype=torch.float32)
    share_N = None if share_N is None else share_N.float().contiguous()
    target_N = target_N.contiguous()
    addresses = (None if tensor is None else tensor.data_ptr() for tensor in (logits_NV, target_N, share_N, nats_N))
    job = _Rows(rows, words, *addresses)
    threads = min(native.threads(), 1 + rows * words // _WORTH_A_THREAD)
    native.kernels.octavo_cross_entropy(ctypes.byref(job), int(logits_NV.dtype == torch.bfloat16), threads)
    return nats_N


@cross_entropy_rows.register_fake
def _empty_nats(logits_NV: Tensor, target_N: Tensor, share_N: Tensor | None) -> Tensor:
    return logits_NV.new_empty(len(logits_NV), dtype=wide(logits_NV.dtype))


def cross_entropy_rows_plain(logits_NV: Tensor, target_N: Tensor, share_N: Tensor | None) -> Tensor:
    """The readable twin, for any device and type: softmax − onehot(target), each row times its share."""
    wide_NV = logits_NV.to(wide(logits_NV.dtype))
    normaliser_N = wide_NV.logsumexp(1)
    nats_N = normaliser_N - wide_NV.gather(1, target_N[:, None])[:, 0]
    if share_N is not None:
        error_NV = wide_NV.sub_(normaliser_N[:, None]).exp_()
        error_NV.scatter_add_(1, target_N[:, None], torch.full_like(normaliser_N, -1.0)[:, None])
        error_NV.mul_(share_N[:, None])
        if wide_NV is not logits_NV:
            logits_NV.copy_(error_NV)
    return nats_N


def _is_for_kernel(logits_NV: Tensor) -> bool:
    is_known = logits_NV.dtype in (torch.float32, torch.bfloat16)
    return logits_NV.device.type == "cpu" and is_known and logits_NV.is_contiguous()

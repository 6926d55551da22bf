"""The gated recurrence of quasi-recurrent layers, its activations included, on the fastest kernel there is.

Shapes: L length, B batch, G gates (z and f; then o; then i), H channels.
"""

import logging
from importlib.util import find_spec

import torch
from torch import Tensor

from octavo.ops import native
from octavo.ops.recurrence import cpu, operator, reference
from octavo.ops.recurrence.reference import Pooled as Pooled

_HAS_TRITON = find_spec("triton") is not None
_log = logging.getLogger(__name__)
_told: set[str] = set()


def pool(
    z: Tensor,
    f: Tensor,
    o: Tensor | None = None,
    i: Tensor | None = None,
    initial: Tensor | None = None,
    lengths: Tensor | None = None,
) -> Pooled:
    """f-, fo- or ifo-pooling of pre-activations, each [length, batch, channels].

    c_t = σ(f_t) c_{t-1} + (1 - σ(f_t)) tanh(z_t), or σ(i_t) for 1 - σ(f_t); h_t = σ(o_t) c_t (QRNN, eq. 3-5).
    """
    if i is not None and o is None:
        raise ValueError("an input gate i needs an output gate o: give z, f; z, f, o; or z, f, o, i")
    return pool_gates(torch.stack([gate for gate in (z, f, o, i) if gate is not None], dim=2), initial, lengths)


def pool_gates(gates_LBGH: Tensor, initial_BH: Tensor | None = None, lengths_B: Tensor | None = None) -> Pooled:
    """`pool` for gates that already lie side by side, as a layer's product makes them, in the order z, f, o, i.

    Outputs have the gates' type; states are float32 at least.

    """
    if gates_LBGH.dim() != 4 or not 2 <= gates_LBGH.shape[2] <= 4:
        raise ValueError(f"gates of shape {tuple(gates_LBGH.shape)}: [length, batch, 2 to 4 gates, channels] is needed")
    if lengths_B is not None:
        lengths_B = lengths_B.to(gates_LBGH.device, torch.int64)
    if not _has_kernel(gates_LBGH):
        z, f, *others = gates_LBGH.unbind(2)
        o, i = (*others, None, None)[:2]
        return reference.pool(z, f, o, i, initial_BH, lengths_B)
    initial_BH = None if initial_BH is None else initial_BH.float()
    output_LBH, states_LBH, final_BH = operator.pool(gates_LBGH, initial_BH, lengths_B)
    if gates_LBGH.shape[2] == 2:
        output_LBH = states_LBH.to(gates_LBGH.dtype)
    return Pooled(output_LBH, states_LBH, final_BH)


def _has_kernel(gates: Tensor) -> bool:
    if gates.device.type == "cuda" and gates.dtype in (torch.float32, torch.bfloat16, torch.float16):
        return _HAS_TRITON or _tell("Triton is not installed: the recurrence runs in plain PyTorch, many times slower")
    if gates.device.type == "cpu" and gates.dtype in (torch.float32, torch.bfloat16):
        return cpu.AVAILABLE or _tell(f"{native.problem}; the recurrence runs in plain PyTorch, 4-12 times slower")
    return False


def _tell(message: str) -> bool:
    """Say it once, and that there is no kernel."""
    if not torch.compiler.is_compiling() and message not in _told:
        _told.add(message)
        _log.warning(message)
    return False

"""The gated recurrence on GPU, in Triton: a program walks one text's block of channels through time.

The functions take what cpu.py's take. Activations, states and sums are float32; each row is asked for one step
before it is needed. Strictly sequential, so that a stream in pieces equals the whole to the bit.

Shapes: L length, B batch, G gates, H channels.
"""

import torch
import triton  # pyrefly: ignore
import triton.language as tl  # pyrefly: ignore
from torch import Tensor

BLOCK = 32  # channels of a program: one warp, so that small batches still spread over the chip
SIZES = ["length", "batch", "width"]  # a size of 1 would otherwise become a constant, which has no .to()


def forward(
    gates_LBGH: Tensor, lengths_B: Tensor | None, output_LBH: Tensor, states_LBH: Tensor, carry_BH: Tensor
) -> None:
    """Fill output and states; `carry` is the initial state and becomes the final one."""
    _launch(_forward, gates_LBGH, lengths_B, output_LBH, states_LBH, carry_BH)


def backward(
    gates_LBGH: Tensor,
    lengths_B: Tensor | None,
    initial_BH: Tensor | None,
    states_LBH: Tensor,
    grad_output_LBH: Tensor | None,
    grad_states_LBH: Tensor | None,
    grad_gates_LBGH: Tensor,
    carry_BH: Tensor,
) -> None:
    """Fill the gates' gradient; `carry` is the final state's gradient and becomes the initial one's."""
    read = (lengths_B, initial_BH, states_LBH, grad_output_LBH, grad_states_LBH)
    _launch(_backward, gates_LBGH, *read, grad_gates_LBGH, carry_BH)


def _launch(kernel: "triton.JITFunction", gates_LBGH: Tensor, *others: Tensor | None) -> None:
    length, batch, gates, width = gates_LBGH.shape
    if not gates_LBGH.numel():
        return
    with torch.cuda.device_of(gates_LBGH):
        grid = (batch, triton.cdiv(width, BLOCK))
        kernel[grid](gates_LBGH, *others, length, batch, width, GATES=gates, BLOCK=BLOCK, num_warps=1)


@triton.jit
def _activate(z, f, o, i, GATES: tl.constexpr):
    """tanh(z); σ(f) and what it leaves; σ(o); σ(i), which is what f leaves where there is no i."""
    kept, left = tl.sigmoid(f), tl.sigmoid(-f)
    let_in = tl.sigmoid(i) if GATES > 3 else left
    return 2.0 * tl.sigmoid(2.0 * z) - 1.0, kept, left, tl.sigmoid(o), let_in


@triton.jit
def _before(t, end, BLOCK: tl.constexpr):
    """A mask for the block: whether step t is one of the text's."""
    return tl.full([BLOCK], t, tl.int32) < end


@triton.jit
def _load_row(gates, width, inside, GATES: tl.constexpr):
    """The pre-activations of one step, in float32; what is not there is 0."""
    z = tl.load(gates, mask=inside, other=0.0).to(tl.float32)
    f = tl.load(gates + width, mask=inside, other=0.0).to(tl.float32)
    o, i = z, z
    if GATES > 2:
        o = tl.load(gates + 2 * width, mask=inside, other=0.0).to(tl.float32)
    if GATES > 3:
        i = tl.load(gates + 3 * width, mask=inside, other=0.0).to(tl.float32)
    return z, f, o, i


@triton.jit(do_not_specialize=SIZES)
def _forward(gates, lengths, output, states, carry, length, batch, width, GATES: tl.constexpr, BLOCK: tl.constexpr):
    b = tl.program_id(0).to(tl.int64)
    h = tl.program_id(1) * BLOCK + tl.arange(0, BLOCK)
    inside = h < width
    end = length
    if lengths is not None:
        end = tl.minimum(tl.load(lengths + b), length).to(tl.int32)

    gates += b * GATES * width + h
    states += b * width + h
    output += b * width + h
    c = tl.load(carry + b * width + h, mask=inside, other=0.0)
    row = batch * width
    z, f, o, i = _load_row(gates, width, inside & _before(0, end, BLOCK), GATES)
    for t in range(0, end):
        gates += row * GATES
        next_z, next_f, next_o, next_i = _load_row(gates, width, inside & _before(t + 1, end, BLOCK), GATES)
        candidate, _, left, shown, let_in = _activate(z, f, o, i, GATES)
        if GATES > 3:
            c += let_in * candidate - left * c
        else:
            c += left * (candidate - c)
        tl.store(states, c, mask=inside)
        if GATES > 2:
            tl.store(output, (shown * c).to(output.dtype.element_ty), mask=inside)
        states += row
        output += row
        z, f, o, i = next_z, next_f, next_o, next_i
    tl.store(carry + b * width + h, c, mask=inside)

    for _ in range(end, length):
        tl.store(states, tl.zeros([BLOCK], tl.float32), mask=inside)
        if GATES > 2:
            tl.store(output, tl.zeros([BLOCK], output.dtype.element_ty), mask=inside)
        states += row
        output += row


@triton.jit
def _step_back(grad_gates, width, inside, z, f, o, i, c, before, dc, dh, GATES: tl.constexpr):
    """Store one step's gradients; what is left of dc for the step before."""
    kind = grad_gates.dtype.element_ty
    candidate, kept, left, shown, let_in = _activate(z, f, o, i, GATES)
    if GATES > 2:
        dc += dh * shown
        tl.store(grad_gates + 2 * width, (dh * c * shown * tl.sigmoid(-o)).to(kind), mask=inside)
    if GATES > 3:
        kept_from = before
        tl.store(grad_gates + 3 * width, (dc * candidate * let_in * tl.sigmoid(-i)).to(kind), mask=inside)
    else:
        kept_from = before - candidate
    tl.store(grad_gates, (dc * let_in * (1.0 - candidate * candidate)).to(kind), mask=inside)
    tl.store(grad_gates + width, (dc * kept_from * kept * left).to(kind), mask=inside)
    return dc * kept


@triton.jit(do_not_specialize=SIZES)
def _backward(
    gates, lengths, initial, states, grad_output, grad_states, grad_gates, carry, length, batch, width,
    GATES: tl.constexpr, BLOCK: tl.constexpr,
):  # fmt: skip
    b = tl.program_id(0).to(tl.int64)
    h = tl.program_id(1) * BLOCK + tl.arange(0, BLOCK)
    inside = h < width
    end = length
    if lengths is not None:
        end = tl.minimum(tl.load(lengths + b), length).to(tl.int32)

    row, place = batch * width, b * width + h
    last = (end - 1).to(tl.int64) * row
    grad_gates += (length - 1).to(tl.int64) * row * GATES + b * GATES * width + h
    for _ in range(end, length):
        for gate in tl.static_range(GATES):
            tl.store(grad_gates + gate * width, tl.zeros([BLOCK], grad_gates.dtype.element_ty), mask=inside)
        grad_gates -= row * GATES

    before, dh = tl.zeros([BLOCK], tl.float32), tl.zeros([BLOCK], tl.float32)
    if initial is not None:
        before = tl.load(initial + place, mask=inside, other=0.0)
    first = before
    dc = tl.load(carry + place, mask=inside, other=0.0)
    gates += last * GATES + b * GATES * width + h
    states += last + place
    c = tl.load(states, mask=inside & _before(0, end, BLOCK), other=0.0)
    z, f, o, i = _load_row(gates, width, inside & _before(0, end, BLOCK), GATES)
    for passed in range(0, end):
        gates -= row * GATES
        states -= row
        goes_on = inside & _before(passed + 1, end, BLOCK)
        next_z, next_f, next_o, next_i = _load_row(gates, width, goes_on, GATES)
        before = tl.where(goes_on, tl.load(states, mask=goes_on, other=0.0), first)
        here = (end - 1 - passed).to(tl.int64) * row + place
        if grad_states is not None:
            dc += tl.load(grad_states + here, mask=inside, other=0.0)
        if grad_output is not None:
            dh = tl.load(grad_output + here, mask=inside, other=0.0).to(tl.float32)
        dc = _step_back(grad_gates, width, inside, z, f, o, i, c, before, dc, dh, GATES)
        grad_gates -= row * GATES
        c = before
        z, f, o, i = next_z, next_f, next_o, next_i
    tl.store(carry + place, dc, mask=inside)

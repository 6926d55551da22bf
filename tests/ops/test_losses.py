"""The fused cross entropy against its plain twin; KLs against sampling and by hand.

Shapes: N positions, D features, V vocabulary, B batch, Z latent features, K draws.
"""

from functools import partial
from typing import Any, NamedTuple

import pytest
import torch
from torch import Tensor

from octavo.ops import losses
from octavo.ops.losses import (
    categorical_kl,
    chances,
    gaussian_kl,
    linear_cross_entropy,
    linear_cross_entropy_plain,
    sampled_cross_entropy,
)

DTYPES = pytest.mark.parametrize("dtype", [torch.float64, torch.float32], ids=["float64", "float32"])
V, D = 11, 5


class Inputs(NamedTuple):
    x_ND: Tensor
    weight_VD: Tensor
    bias_V: Tensor | None
    target_N: Tensor
    share_N: Tensor


def some(
    positions: int, dtype: torch.dtype = torch.float64, bias: bool = True, learning: str = "x weight bias share"
) -> Inputs:
    """Random inputs, every third position without a share."""
    chance = torch.Generator().manual_seed(positions)
    x_ND, weight_VD = (torch.randn(size, D, generator=chance, dtype=dtype) for size in (positions, V))
    bias_V = torch.randn(V, generator=chance, dtype=dtype).requires_grad_("bias" in learning) if bias else None
    target_N = torch.randint(V, (positions,), generator=chance)
    share_N = torch.rand(positions, generator=chance, dtype=dtype) * (torch.arange(positions) % 3 > 0)
    x_ND, weight_VD = x_ND.requires_grad_("x" in learning), weight_VD.requires_grad_("weight" in learning)
    return Inputs(x_ND, weight_VD, bias_V, target_N, share_N.requires_grad_("share" in learning))


def values_and_gradients(loss: Any, inputs: Inputs) -> list[Tensor]:
    """A weighted total, so that the gradient that comes from above is not 1."""
    total, nats_N = loss(*inputs)
    learning = [part for part in inputs if part is not None and part.requires_grad]
    return [total.detach(), nats_N, *torch.autograd.grad(-3 * total, learning)]


@pytest.fixture(autouse=True)
def as_few_rows_as_a_test_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(losses, "LEAST_ROWS", 1)


@DTYPES
@pytest.mark.parametrize("bias", [True, False], ids=["bias", "no-bias"])
@pytest.mark.parametrize("positions", [1, 2, 7, 30])
@pytest.mark.parametrize("chunk", [1, 4 * V, 1 << 22], ids=["one by one", "by four", "whole"])
def test_fused_equals_plain(
    dtype: torch.dtype, bias: bool, positions: int, chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(losses, "CHUNK_ELEMENTS", chunk)
    inputs = some(positions, dtype, bias)
    fused = values_and_gradients(linear_cross_entropy, inputs)
    plain = values_and_gradients(linear_cross_entropy_plain, inputs)
    assert [one.dtype for one in fused] == [dtype] * len(plain)
    for got, wanted in zip(fused, plain, strict=True):
        torch.testing.assert_close(got, wanted)


def test_plain_is_the_equation() -> None:
    inputs = some(6)
    assert inputs.bias_V is not None
    shares_NV = torch.softmax(inputs.x_ND @ inputs.weight_VD.T + inputs.bias_V, dim=1)
    nats_N = -shares_NV[torch.arange(6), inputs.target_N].log()
    total, told_N = linear_cross_entropy_plain(*inputs)
    torch.testing.assert_close(told_N, nats_N)
    torch.testing.assert_close(total, inputs.share_N @ nats_N)


def test_chunks_hold_every_position_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(losses, "CHUNK_ELEMENTS", 3 * V + 1)
    chunks = losses._chunks(10, V)
    assert [list(range(10)[part]) for part in chunks] == [[0, 1, 2], [3, 4, 5], [6, 7, 8], [9]]


def test_chunks_are_about_equally_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(losses, "CHUNK_ELEMENTS", 8 * V)
    assert [len(range(9)[part]) for part in losses._chunks(9, V)] == [5, 4]


def test_a_chunk_of_a_large_vocabulary_has_rows_enough_for_its_products(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(losses, "LEAST_ROWS", 512)
    assert [len(range(2048)[part]) for part in losses._chunks(2048, 1_000_000)] == [512] * 4


def test_a_vocabulary_larger_than_a_chunk_goes_a_position_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(losses, "CHUNK_ELEMENTS", V - 1)
    assert len(losses._chunks(4, V)) == 4


def test_positions_without_a_share_have_nats_but_move_nothing() -> None:
    inputs = some(4)
    nobody = inputs._replace(share_N=torch.zeros(4, dtype=torch.float64))
    total, nats_N, *gradients = values_and_gradients(linear_cross_entropy, nobody)
    assert total == 0
    assert (nats_N > 0).all()
    assert not any(gradient.any() for gradient in gradients)


def test_no_positions_cost_nothing() -> None:
    total, nats_N, *gradients = values_and_gradients(linear_cross_entropy, some(0))
    assert total == 0
    assert nats_N.shape == (0,)
    assert not any(gradient.any() for gradient in gradients)


@pytest.mark.parametrize("learning", ["x", "weight", "bias", "share"])
def test_each_gradient_alone(learning: str) -> None:
    inputs = some(7, learning=learning)
    *_, fused = values_and_gradients(linear_cross_entropy, inputs)
    *_, plain = values_and_gradients(linear_cross_entropy_plain, inputs)
    torch.testing.assert_close(fused, plain)


def test_where_no_gradient_is_wanted_none_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    inputs = some(7)
    wanted, _ = linear_cross_entropy(*inputs)
    shares: list[Tensor | None] = []
    rows = losses.cross_entropy_rows
    monkeypatch.setattr(losses, "cross_entropy_rows", lambda *given: shares.append(given[2]) or rows(*given))
    with torch.no_grad():
        total, _ = linear_cross_entropy(*inputs)
    assert total == wanted
    assert not total.requires_grad
    assert linear_cross_entropy(*some(7, learning=""))[0] == wanted
    assert shares == [None, None]


@DTYPES
@pytest.mark.parametrize("bias", [True, False], ids=["bias", "no-bias"])
@pytest.mark.parametrize("positions", [1, 7, 30])
def test_sampled_is_exact_where_no_id_is_left_out(dtype: torch.dtype, bias: bool, positions: int) -> None:
    inputs = some(positions, dtype, bias)
    sampled = values_and_gradients(partial(sampled_cross_entropy, draws=V), inputs)
    whole = values_and_gradients(linear_cross_entropy, inputs)
    for got, wanted in zip(sampled, whole, strict=True):
        torch.testing.assert_close(got, wanted)


@pytest.mark.parametrize("bias", [True, False], ids=["bias", "no-bias"])
def test_the_sampled_sum_is_right_on_average_and_its_logarithm_low(bias: bool) -> None:
    """e^{nats} is the sum over e^{score of the target}, of which no draw changes anything."""
    inputs = some(2, bias=bias)
    assert len(inputs.target_N.unique()) == 2
    torch.manual_seed(0)
    with torch.no_grad():
        drawn_KN = torch.stack([sampled_cross_entropy(*inputs, draws=3)[1] for _ in range(4000)])
        whole_N = linear_cross_entropy(*inputs)[1]
    error_N = drawn_KN.exp().std(0) / len(drawn_KN) ** 0.5
    assert ((drawn_KN.exp().mean(0) - whole_N.exp()).abs() < 4 * error_N).all()
    assert (error_N < 0.02 * whole_N.exp()).all()
    assert (drawn_KN.mean(0) < whole_N).all()


def test_sampled_is_a_softmax_in_which_those_drawn_stand_for_all_others() -> None:
    """Its plain twin: all scores, those of the ids that were not taken masked, a weight added to those drawn."""
    inputs, draws = some(7), 3
    torch.manual_seed(0)
    sampled = values_and_gradients(partial(sampled_cross_entropy, draws=draws), inputs)
    own_O = inputs.target_N.unique()
    moved = sampled[3].any(1)  # the weights' gradient
    other_P = torch.ones(V, dtype=torch.bool).index_fill(0, own_O, False).nonzero().squeeze(1)
    offset_V = torch.zeros(V, dtype=torch.float64)
    offset_V[other_P] = -chances(other_P, draws).log()
    offset_V[~moved] = float("-inf")
    assert len(own_O) < int(moved.sum()) < V

    def plain(x_ND: Tensor, weight_VD: Tensor, bias_V: Tensor, *rest: Tensor) -> tuple[Tensor, Tensor]:
        return linear_cross_entropy_plain(x_ND, weight_VD, bias_V + offset_V, *rest)

    for got, wanted in zip(sampled, values_and_gradients(plain, inputs), strict=True):
        torch.testing.assert_close(got, wanted)


def test_sampled_moves_the_ids_it_takes_and_no_others() -> None:
    inputs = some(2, learning="weight")
    torch.manual_seed(0)
    taken = []
    for _ in range(300):
        *_, gradient_VD = values_and_gradients(partial(sampled_cross_entropy, draws=3), inputs)
        moved = gradient_VD.any(1)
        assert moved[inputs.target_N].all()
        taken.append(int(moved.sum()))
    assert len(set(taken)) > 1
    assert sum(taken) / len(taken) == pytest.approx(2 + 3, abs=0.3)


@pytest.mark.parametrize("draws", [1, 50, 600, 4000, 9000, 9001])
def test_the_frequent_are_sure_to_be_drawn_and_as_many_as_asked_on_average(draws: int) -> None:
    id_P = (torch.arange(10_000) % 10 != 3).nonzero().squeeze(1)
    chance_P = chances(id_P, draws)
    assert chance_P.sum() == pytest.approx(min(draws, 9000))
    assert ((chance_P > 0) & (chance_P <= 1)).all()
    assert (chance_P.diff() <= 0).all()
    rate = (chance_P * (id_P + losses.FLAT))[chance_P < 1]
    torch.testing.assert_close(rate, rate[:1].expand_as(rate))


def test_what_is_held_in_the_forward_is_no_more_than_a_chunk(monkeypatch: pytest.MonkeyPatch) -> None:
    widths = []
    product = torch.nn.functional.linear
    monkeypatch.setattr(losses, "CHUNK_ELEMENTS", 4 * V)
    monkeypatch.setattr(losses.F, "linear", lambda x_ND, *rest: widths.append(len(x_ND)) or product(x_ND, *rest))
    linear_cross_entropy(*some(10))
    assert widths == [4, 4, 2]


def test_half_precision_rounds_products_not_sums() -> None:
    inputs = some(200, torch.float32)
    exact = values_and_gradients(linear_cross_entropy_plain, inputs)
    with torch.autocast("cpu", torch.bfloat16):
        fused = values_and_gradients(linear_cross_entropy, inputs)
        plain = values_and_gradients(linear_cross_entropy_plain, inputs)
    assert {one.dtype for one in fused} == {torch.float32}
    for got, twin, wanted in zip(fused, plain, exact, strict=True):
        assert not torch.equal(got, wanted)
        near = 2**-6 * float(wanted.abs().max())  # a product's 8 bits, a few roundings of them
        torch.testing.assert_close(got, wanted, atol=near, rtol=0)
        torch.testing.assert_close(got, twin, atol=near, rtol=0)


def test_a_gaussians_kl_is_what_sampling_finds() -> None:
    torch.manual_seed(0)
    mean_BZ, log_variance_BZ = torch.randn(2, 3, 2, dtype=torch.float64)
    q, p = torch.distributions.Normal(mean_BZ, (0.5 * log_variance_BZ).exp()), torch.distributions.Normal(0.0, 1.0)
    z_KBZ = q.sample(torch.Size([100_000]))
    sampled_BZ = (q.log_prob(z_KBZ) - p.log_prob(z_KBZ)).mean(0)
    torch.testing.assert_close(gaussian_kl(mean_BZ, log_variance_BZ), sampled_BZ, atol=0.02, rtol=0)


def test_the_priors_own_kl_is_nothing() -> None:
    assert not gaussian_kl(torch.zeros(2, 3), torch.zeros(2, 3)).any()


def test_a_categorical_kl_by_hand() -> None:
    log_q_BC = torch.tensor([[0.5, 0.5, 0.0], [0.25, 0.25, 0.5], [0.0, 0.0, 1.0]]).log()
    log_p_C = torch.tensor([0.25, 0.25, 0.5]).log()
    wanted_B = torch.tensor([2.0, 1.0, 2.0]).log()
    torch.testing.assert_close(categorical_kl(log_q_BC, log_p_C), wanted_B)

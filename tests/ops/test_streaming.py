"""The fused step against plain products. Shapes: G gates, H channels, K taps, D inputs, P = K - 1, V outputs."""

import pytest
import torch
from torch import Tensor

from octavo.ops.streaming import AVAILABLE, Past, Stream, WeightForm, pack, row_scales

pytestmark = pytest.mark.skipif(not AVAILABLE, reason="the compiled kernels are missing")
TOLERANCES: dict[WeightForm, float] = {"fp32": 1e-6, "bf16": 1e-2, "int8": 2e-2}


def plain(weight_GHKD: Tensor, bias_GH: Tensor, condition_GH: Tensor, x_D: Tensor, past: Past) -> tuple[Tensor, Past]:
    inputs_KD = torch.cat([past.inputs_PD, x_D[None]])
    gates_GH = torch.einsum("ghkd,kd->gh", weight_GHKD, inputs_KD) + bias_GH + condition_GH
    z_H, f_H = gates_GH[0].tanh(), gates_GH[1].sigmoid()
    i_H = gates_GH[3].sigmoid() if len(gates_GH) == 4 else 1 - f_H
    c_H = f_H * past.pool_H + i_H * z_H
    output_H = gates_GH[2].sigmoid() * c_H if len(gates_GH) > 2 else c_H
    return output_H, Past(c_H, inputs_KD[1:])


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("form", TOLERANCES)
@pytest.mark.parametrize(("gates", "taps"), [(2, 1), (3, 2), (4, 3)])
def test_a_step_is_the_plain_products(gates: int, taps: int, form: WeightForm, threads: int) -> None:
    torch.manual_seed(0)
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    inputs, width, outputs = 37, 19, 11
    weight_GHKD, bias_GH = torch.randn(gates, width, taps, inputs) / 6, torch.randn(gates, width)
    head_VH, head_bias_V = torch.randn(outputs, width), torch.randn(outputs)
    condition_GH, x_D = torch.randn(gates, width), torch.randn(inputs)
    past = Past(torch.randn(width), torch.randn(taps - 1, inputs))
    stream = Stream([pack(weight_GHKD, bias_GH, form), pack(head_VH[None, :, None], head_bias_V[None], form)], form)
    logits_V, [after] = stream.step(x_D, [past], [condition_GH])
    torch.set_num_threads(before)
    h_H, wanted = plain(weight_GHKD, bias_GH, condition_GH, x_D, past)
    tolerance = {"rtol": TOLERANCES[form], "atol": TOLERANCES[form] * 6}
    torch.testing.assert_close(after.pool_H, wanted.pool_H, **tolerance)
    torch.testing.assert_close(logits_V, head_VH @ h_H + head_bias_V, **tolerance)
    assert torch.equal(after.inputs_PD, wanted.inputs_PD)


@pytest.mark.parametrize("inputs", [1, 64, 2048, 5000])
def test_int8_rows_are_summed_nearly_exactly_however_long_they_are(inputs: int) -> None:
    torch.manual_seed(0)
    rows = pack(torch.randn(1, 9, 1, inputs), None, "int8")
    assert rows.scale_GH is not None
    x_D = torch.randn(inputs)
    y_H, _ = Stream([rows], "int8").step(x_D, [], [])
    kept_HD = (rows.weight_GHN * rows.scale_GH[..., None])[0]
    # An input is off by up to half of a 8191th of the largest.
    possible = kept_HD.abs().sum(-1) * x_D.abs().max() / 8191 / 2
    assert ((y_H - kept_HD @ x_D).abs() <= possible + 1e-4).all()


@pytest.mark.parametrize("largest", [127.0, -127.0])
def test_int8_sums_do_not_overflow(largest: float) -> None:
    rows = pack(torch.full((1, 3, 1, 4096), largest), None, "int8")
    y_H, _ = Stream([rows], "int8").step(torch.full((4096,), 2.0), [], [])
    torch.testing.assert_close(y_H, torch.full((3,), largest * 2.0 * 4096))


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -float("inf")])
def test_int8_does_not_hide_what_is_no_number(bad: float) -> None:
    x_D = torch.randn(70)
    x_D[5] = bad
    y_H, _ = Stream([pack(torch.randn(1, 3, 1, 70), None, "int8")], "int8").step(x_D, [], [])
    assert y_H.isnan().all()


def test_a_state_is_not_written_over() -> None:
    weight_GHKD = torch.randn(3, 8, 2, 5)
    stream = Stream([pack(weight_GHKD, None, "fp32"), pack(torch.randn(1, 4, 1, 8), None, "fp32")], "fp32")
    past, x_D = Past(torch.randn(8), torch.randn(1, 5)), torch.randn(5)
    copy = Past(past.pool_H.clone(), past.inputs_PD.clone())
    first_V, _ = stream.step(x_D, [past], [])
    again_V, _ = stream.step(x_D, [past], [])
    assert torch.equal(past.pool_H, copy.pool_H)
    assert torch.equal(past.inputs_PD, copy.inputs_PD)
    assert torch.equal(first_V, again_V)


def test_what_is_rounded_to_int8_packs_to_itself() -> None:
    weight_GHKD = torch.randn(3, 8, 2, 5)
    weight_GHKD[0, 0] = 0.0
    rows = pack(weight_GHKD, None, "int8")
    assert rows.scale_GH is not None
    kept_GHN = rows.weight_GHN * rows.scale_GH[..., None]
    again = pack(kept_GHN.view_as(weight_GHKD), None, "int8")
    assert torch.equal(again.weight_GHN, rows.weight_GHN)
    assert (kept_GHN - weight_GHKD.flatten(2)).abs().max() <= row_scales(weight_GHKD.flatten(2)).max() / 2 + 1e-7

import pytest
import torch

from octavo.bench import systems
from octavo.bench.ceilings import square
from octavo.bench.systems import Size
from octavo.layers.lstm import NormalisedLSTM
from octavo.ops import native
from octavo.recipe import tiny
from octavo.recipes import recipe


def test_each_system_takes_a_step(monkeypatch: pytest.MonkeyPatch) -> None:
    small = {name: Size(257, 16, 16, 2) for name in systems.SYSTEMS}
    monkeypatch.setattr(systems, "SYSTEMS", small)
    monkeypatch.setattr(systems, "recipe", lambda name: tiny(recipe(name)))
    rows = list(systems.rows(torch.device("cpu")))
    assert [row["system"] for row in rows] == list(small)
    for row in rows:
        assert row["shape"] == "16 x 2"
        assert row["share_of_product_rate"] > 0
        assert 0 < row["share_of_time_in_products"] < 1
        assert 0 < row["its_share"] < 1


# Dynamo looks at what is no leaf; it is none of ours.
@pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor that is not a leaf")
def test_a_compiled_step_is_told_with_its_first_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(systems, "recipe", lambda name: tiny(recipe(name)))
    size, cpu = Size(257, 16, 2, 2), torch.device("cpu")
    texts, product = systems._texts(size, 2, cpu), square("fp32", cpu)
    row = systems.row("t12-text8", size, texts, "fp32", product, backend="aot_eager")
    assert row["compiled"]
    assert row["first_step_seconds"] > 0
    assert row["tokens_per_s"] > 0


def test_an_lstms_products_are_counted() -> None:
    lstm, x_LBD = torch.nn.LSTM(6, 5), torch.randn(3, 2, 6)
    flops = systems._flops(lambda: lstm(x_LBD)[0].sum().backward())
    assert flops == 3 * 2 * (3 * 2) * (4 * 5) * (6 + 5)


def test_a_product_added_in_place_is_counted() -> None:
    sum_NM, a_NK, b_KM = torch.zeros(2, 3), torch.ones(2, 4), torch.ones(4, 3)
    assert systems._flops(lambda: sum_NM.addmm_(a_NK, b_KM)) == 2 * 2 * 4 * 3


def test_a_normalised_lstms_products_are_counted_though_a_kernel_hides_them(monkeypatch: pytest.MonkeyPatch) -> None:
    lstm, x_LBD, state = NormalisedLSTM(6, 5), torch.randn(3, 2, 6), torch.zeros(2, 1, 2, 5, requires_grad=True)
    flops = systems._flops(lambda: lstm(x_LBD, state)[0].sum().backward())
    monkeypatch.setattr(native, "kernels", None)
    assert flops == systems._flops(lambda: lstm(x_LBD, state)[0].sum().backward())

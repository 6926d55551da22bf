import pytest

from octavo.bench.bars import BARS, FIRST_STEP, Bar, Of, judged, last

SLOW = {"machine": {"product_fp32_GFLOP_per_s": 100, "product_bf16_GFLOP_per_s": 2}}
ROWS = [{"n": 8, "speed": 3.0}, {"n": 8, "speed": 2.0}, {"n": 2, "speed": 1.0}, {"n": 2}]


@pytest.mark.parametrize(("of", "reached"), [(min, 2.0), (max, 3.0), (last, 2.0)])
def test_a_bar_is_held_against_its_own_rows(of: Of, reached: float) -> None:
    assert Bar("conv", "", 2, "speed", {"n": 8}, of).reached(ROWS) == reached


@pytest.mark.parametrize(("at_most", "met"), [(False, [False, True, True]), (True, [True, True, False])])
def test_what_is_wanted_is_the_least_or_the_most(at_most: bool, met: list[bool]) -> None:
    bar = Bar("data", "", 2, "speed", at_most=at_most)
    assert [bar.is_met(reached) for reached in (1.0, 2.0, 3.0)] == met


def test_only_what_was_run_is_judged() -> None:
    imported, step = ({"what": f"of these, {part}", "seconds": 1.5} for part in ("importing torch", "the step itself"))
    bench = {
        **SLOW,
        "data": [{"times_the_model": 100.0}, {**FIRST_STEP, "seconds": 3.5}, imported, step],
        "softmax": [],
    }
    assert [tuple(row.values())[1:] for row in judged(bench)] == [
        ("batches, times the fastest model's rate, least", "at least 20", "100", "yes", ""),
        ("first step of a prepared corpus, seconds", "at most 3", "3.5", "no", "3"),
    ]


def test_a_figure_that_a_run_lacks_is_named() -> None:
    rows = list(judged({**SLOW, "transformer": [{"share_of_product_rate": 0.6, "times_stock_fp32": 1.2}]}))
    assert [row["reached"] for row in rows] == ["0.6", "not measured", "1.2"]


@pytest.mark.parametrize(("bf16", "met"), [(2, "no, without bf16 products"), (900, "no")])
def test_a_bar_that_needs_bf16_says_so_where_there_is_none(bf16: int, met: str) -> None:
    machine = {**SLOW["machine"], "product_bf16_GFLOP_per_s": bf16}
    [row] = judged({"machine": machine, "lm-step": [{"layer": "QRNN", "times_stock_fp32": 1.2}]})
    assert row["met"] == met


def test_every_bar_is_of_a_bench() -> None:
    from octavo.bench import BENCHES

    assert {bar.bench for bar in BARS} <= {*BENCHES, "whole"}

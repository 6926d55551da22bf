"""What a machine leaves possible, from rows made by hand."""

from octavo.bench import bounds
from octavo.bench.recurrence import IN_CACHE

SPEED = {"forward_ns_per_element": 2.0, "forward_share_of_copy": 0.3}
BENCH = {
    "recurrence": [
        {"shape": bounds.CACHED, "forward_ns_per_element": 1.5},
        {"shape": "large", **SPEED},
        {"shape": "small", **SPEED, "forward_share_of_copy": 0.6},
    ],
    "streaming": [{"way": "int8", "tokens_per_s": 1500, "share_of_read": 0.5}, {"products_alone_would": 12.0}],
    "data": [{"what": "torch", "seconds": 2.0}, {"what": "step", "seconds": 0.5}],
}


def test_a_recurrence_is_bound_by_its_time_an_element_in_a_cache() -> None:
    assert bounds.of_arithmetic("forward")(BENCH) == 0.3 * 2.0 / 1.5
    assert bounds.of_arithmetic("forward")({"recurrence": BENCH["recurrence"][1:]}) is None


def test_the_cached_shape_is_the_one_that_is_run() -> None:
    assert " x ".join(map(str, IN_CACHE)) == bounds.CACHED


def test_a_share_of_a_ceiling_leaves_the_rest() -> None:
    assert bounds.of_share("streaming", "tokens_per_s", "share_of_read", way="int8")(BENCH) == 3000
    assert bounds.of_share("streaming", "tokens_per_s", "share_of_read", way="bf16")(BENCH) is None


def test_parts_are_added_up_where_all_were_measured() -> None:
    assert bounds.of_parts("data", "seconds", "torch", "step")(BENCH) == 2.5
    assert bounds.of_parts("data", "seconds", "torch", "graph")(BENCH) is None


def test_a_figure_stands_for_itself() -> None:
    assert bounds.of_figure("streaming", "products_alone_would")(BENCH) == 12
    assert bounds.of_figure("data", "products_alone_would")(BENCH) is None
    assert bounds.unknown(BENCH) is None

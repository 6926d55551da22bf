"""What a machine leaves possible, from rows made by hand."""

from octavo.bench import bounds

BENCH = {
    "recurrence": [
        {"shape": "smallest", "forward_ns_per_element": 1.0},
        {"shape": "slow", "forward_ns_per_element": 2.0, "forward_share_of_copy": 0.3},
        {"shape": "fast", "forward_ns_per_element": 1.5, "forward_share_of_copy": 0.6},
    ],
    "streaming": [{"way": "int8", "tokens_per_s": 1500, "share_of_read": 0.5}, {"products_alone_would": 12.0}],
    "data": [{"what": "torch", "seconds": 2.0}, {"what": "step", "seconds": 0.5}],
}


def test_a_recurrence_is_bound_by_the_fastest_shapes_time_an_element() -> None:
    assert bounds.of_arithmetic("forward")(BENCH) == 0.3 * 2.0 / 1.5
    assert bounds.of_arithmetic("backward")(BENCH) is None


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

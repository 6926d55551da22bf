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
    rows = BENCH["recurrence"]
    assert bounds.of_arithmetic(rows, rows[1:], "forward_share_of_copy") == 0.3 * 2.0 / 1.5
    assert bounds.of_arithmetic(rows, [], "backward_share_of_copy") is None


def test_a_share_of_a_ceiling_leaves_the_rest() -> None:
    rows = BENCH["streaming"]
    assert bounds.of_share("share_of_read")(rows, rows[:1], "tokens_per_s") == 3000
    assert bounds.of_share("share_of_read")(rows, [], "tokens_per_s") is None


def test_parts_are_added_up_where_all_were_measured() -> None:
    rows = BENCH["data"]
    assert bounds.of_parts("torch", "step")(rows, [], "seconds") == 2.5
    assert bounds.of_parts("torch", "graph")(rows, [], "seconds") is None


def test_a_figure_stands_for_itself() -> None:
    assert bounds.of_figure("products_alone_would")(BENCH["streaming"], [], "times_one_at_a_time") == 12
    assert bounds.of_figure("products_alone_would")(BENCH["data"], [], "seconds") is None
    assert bounds.unknown(BENCH["data"], [], "seconds") is None

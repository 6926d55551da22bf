"""Studies on the page of results."""

from octavo.reproduce.exhibits import Exhibit
from octavo.reproduce.of_studies import of_study


def test_what_was_found_by_length_is_a_table_a_measure_to_a_line() -> None:
    rows = [{"up_to": edge, "texts": edge, "error": edge / 100} for edge in (4, 8)]
    run = {"run": "short", "data": "wikipedia-en", "found": {"longest_trained": 4, "test": rows}}
    assert of_study({"study": "lengths", "runs": [run]}, Exhibit("lengths", "paper", "Figure 1"))[-5:] == [
        "",
        "| run | split | up to | 4 | 8 |",
        "|---|---|---|---|---|",
        "| short | test | texts | 4 | 8 |",
        "| short | test | error | 0.04 | 0.08 |",
    ]

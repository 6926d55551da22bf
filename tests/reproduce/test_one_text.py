from typing import Any

from octavo.reproduce.one_text import of_one_text

THOUGHT: dict[str, Any] = {"token": "a", "entropy": 1.0, "loss": 3.0, "rank": 1}
COPIED = {
    "tokens": [*" zja "],
    "begin": 1,
    "end": 4,
    "distance": 99,
    "corrupted": [7, 30, 1, 2, 7],
    "original": [7, 30, 60, 120, 7],
    "mean_rank": 1.5,
    "mean_rank_without": 90.0,
}
FOUND = {
    "text": "it was proved at last",
    "given": 9,
    "truth": "oved at last",
    "samples": ["esent", "oof\nof it"],
    "completions": [{"text": "oved", "probability": 0.5}, {"text": "etty", "probability": 0.25}],
    "inspected": [THOUGHT, {**THOUGHT, "loss": 1.0, "rank": 4}],
    "copied": COPIED,
}
RUN = {"run": "small", "data": "text8", "steps": 1200, "found": FOUND}


def told(*parts: str, **found: Any) -> list[str]:
    return [" ".join(line.split()) for line in of_one_text([{**RUN, "found": FOUND | found}], parts) if line]


def test_samples_stand_below_how_the_text_goes_on() -> None:
    assert told("samples") == [
        "small, of text8, after 1,200 updates:",
        "given: it was pr",
        "truth: oved at last",
        "sample 1: esent",
        "sample 2: oof of it",
    ]


def test_of_a_long_text_the_end_of_what_was_given_is_shown() -> None:
    long = "word " * 50
    assert told("samples", text=long + "oved at last")[1] == "given: … " + "word " * 20 + "word"


def test_completions_are_whole_words() -> None:
    assert told("completions")[1:] == ["The likeliest of 2 words that begin with “pr”:", "proved 0.500, pretty 0.250"]


def test_what_all_characters_cost() -> None:
    [_, line] = told("inspected")
    assert line.startswith("2 characters cost 2.00 bits each and were expected to cost 1.00; 50.0% of them")
    assert line.endswith("mean rank is 2.5.")
    assert "cost inf bits" in told("inspected", inspected=[{**THOUGHT, "loss": None}])[1]


def test_the_made_up_name_s_ranks_stand_below_its_characters() -> None:
    _, _, name, before, without, means = told("copied")
    assert (name, before, without) == ("z j a", "it stands 99 characters before 30 1 2", "it does not 30 60 120")
    assert "1.5 where the name stands before, and 90.0 where it does not" in means


def test_what_was_not_asked_for_or_not_found_is_not_told() -> None:
    assert told() == []
    assert of_one_text([{**RUN, "found": {"text": "a"}}], ["samples", "copied"]) == []
    assert [line for line in told("copied", "inspected") if "sample" in line or "likeliest" in line] == []

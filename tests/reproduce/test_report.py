"""What the page says of how much was measured, and what of the texts that were written."""

from pathlib import Path

import pytest

from octavo.reproduce.report import page, part_measured, texts_of

TEST = {"tokens": 1000, "tokens_measured": 90, "texts_reconstructed": 5, "stretches_reconstructed": 7, "bleu_texts": 3}


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("test.bits_per_byte", " (of 90 of 1,000 tokens)"),
        ("test.byte_error", " (of 5 texts)"),
        ("test.byte_error_of_stretches", " (of 7 stretches)"),
        ("test.bleu", " (of 3 texts)"),
        ("valid.byte_error", ""),
    ],
)
def test_a_metric_of_a_part_says_of_how_much(path: str, said: str) -> None:
    assert part_measured(path, {"metrics": {"test": TEST, "valid": {"byte_error": 0.5}}}) == said


def test_the_first_texts_and_a_walk_stand_on_a_line_each() -> None:
    long = "word " * 50
    found = {"greedy": {"first": ["one\ntwo", long, *"abcdefghijkl"]}, "walks": [["a", "b"], ["c"]]}
    lines = [line for line in texts_of({"run": "vae", "found": found}) if line]
    assert lines[:2] == ["vae, the likeliest character each time, from 10 draws:", "    one two"]
    assert len(lines[2]) < 120
    assert lines[-3:] == ["vae, from one held-out text to another:", "    a", "    b"]
    assert len(lines) == 1 + 10 + 3
    assert texts_of({"run": "vae", "found": {"greedy": {"texts": 3}}}) == []


def test_what_no_paper_published_has_no_column_of_published_figures(tmp_path: Path) -> None:
    empty = page(tmp_path)
    assert "byte error, published |" in empty
    assert "byte error of stretches, here |" in empty
    assert "byte error of stretches, published |" not in empty

"""What a cell of the page says of how much was measured."""

import pytest

from octavo.reproduce.report import part_measured

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

"""What a cell says of how much was measured."""

import pytest

from octavo.reproduce.cells import difference, part_measured
from octavo.reproduce.exhibits import Exhibit, Row

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


def test_a_bound_says_of_how_many_draws_and_texts_it_is() -> None:
    test = {"nats_elbo": 99.0, "nats_iw_50": 98.0, "bound_texts": 1200}
    assert part_measured("test.nats_iw_*", {"metrics": {"test": test}}) == " (K = 50, of 1,200 texts)"
    assert part_measured("test.nats_elbo", {"metrics": {"test": test}}) == " (of 1,200 texts)"
    assert part_measured("test.nats_iw_*", {"metrics": {"test": {"perplexity": 9.0}}}) == ""


def test_what_was_drawn_by_chance_says_how_sure_it_is_and_how_much_was_right() -> None:
    contexts = {"sample": 9000, "by_length": {"8": {"bits_per_byte": 2.0, "accuracy": 0.5, "standard_error": 0.0212}}}
    said = part_measured("test.contexts.by_length.8.bits_per_byte", {"metrics": {"test": {"contexts": contexts}}})
    assert said == " ± 0.021, 50.0% right (of 9,000 characters drawn by chance)"


@pytest.mark.parametrize(("texts", "said"), [(1200, "IW -1"), (3000, "IW -1 (on 1,200 of 3,000 texts)")])
def test_a_bound_of_some_texts_is_not_set_against_a_published_one_in_silence(texts: int, said: str) -> None:
    row = Row("VAE", "lstm-vae-ptb", {"IW": 99.0})
    test = {"nats_iw_50": 98.0, "bound_texts": 1200, "texts": texts}
    result = {"recipe": row.recipe, "overrides": {}, "metrics": {"test": test}}
    assert difference(Exhibit("t", "dilated-vae", "T", {"IW": "test.nats_iw_*"}, (row,)), row, result) == said

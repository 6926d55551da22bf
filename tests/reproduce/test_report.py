"""What the page says of how much was measured."""

import json
from pathlib import Path

import pytest

from octavo.reproduce.report import page, part_measured

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


def test_seeds_are_summed_up_beneath_their_rows(tmp_path: Path) -> None:
    for seed, bits in enumerate((3.0, 3.5, 4.0)):
        row = {
            "recipe": "t6-small",
            "overrides": {"training.seed": seed} if seed else {},
            "data": "text8-prefix",
            "wall_seconds": 60,
            "commit": "abc",
            "hardware": {"device": "cuda", "precision": "bf16"},
            "metrics": {"valid": {"contexts": {"by_length": {"64": {"bits_per_byte": bits}}}}},
        }
        (tmp_path / f"{seed}.json").write_text(json.dumps(row), "utf-8")
    assert all(f"| T64; seed = {seed} | 1.062 |" in page(tmp_path) for seed in (1, 2))
    assert "| T64: mean of 3 seeds ± their deviation | 1.062 | 3.5 ± 0.5 |" in page(tmp_path)


def test_what_no_paper_published_has_no_column_of_published_figures(tmp_path: Path) -> None:
    empty = page(tmp_path)
    assert "byte error, published |" in empty
    assert "byte error of stretches, here |" in empty
    assert "byte error of stretches, published |" not in empty


def test_what_was_found_by_length_is_a_table_a_measure_to_a_line(tmp_path: Path) -> None:
    rows = [{"up_to": edge, "texts": edge, "error": edge / 100} for edge in (4, 8)]
    run = {"run": "short", "data": "wikipedia-en", "found": {"longest_trained": 4, "test": rows}}
    study = {"study": "lengths", "settings": {}, "runs": [run]}
    (tmp_path / "recursive-lengths.json").write_text(json.dumps(study), "utf-8")
    head = "| run | split | up to | 4 | 8 |\n|---|---|---|---|---|\n"
    assert head + "| short | test | texts | 4 | 8 |\n| short | test | error | 0.04 | 0.08 |\n" in page(tmp_path)


def test_a_study_that_was_made_says_by_which_command(tmp_path: Path) -> None:
    """Its runs and all that was not as usual; what draws its figure stays as it is."""
    usual = "octavo study lengths runs/recursive-small --out results/recursive-lengths.json"
    assert usual in page(tmp_path)
    settings = {"samples": 1000, "longest": 64, "stretches": True, "seed": 0}
    run = {"data": "wikipedia-en", "found": {"test": []}}
    study = {"study": "lengths", "settings": settings, "runs": [{"run": "english", **run}, {"run": "long", **run}]}
    (tmp_path / "recursive-lengths-beyond.json").write_text(json.dumps(study), "utf-8")
    made = page(tmp_path)
    assert usual not in made
    assert (
        "octavo study lengths runs/english runs/long --longest 64 --stretches "
        "--out results/recursive-lengths-beyond.json\n"
        "octavo figure length-error results/recursive-lengths.json"
    ) in made

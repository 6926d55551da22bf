"""The page of results: seeds, columns, commands."""

import json
from pathlib import Path

from octavo.reproduce.report import page


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

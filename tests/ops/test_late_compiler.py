"""torch's compiler is imported by what compiles, and by nothing else."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch import Tensor

from octavo.ops.recurrence import pool
from tests.nursery import ROOT

WORDS = ["--tiny", "--data", "toys", "--steps", "2", "--device", "cpu"]
RUNS = """
import sys
from octavo.cli import main
for words in {commands}:
    assert main(words) == 0, words
assert "torch._dynamo" not in sys.modules
"""


@pytest.mark.parametrize("recipe", ["qrnn-bytes", "hybrid-ptb", "t12-modern"])
def test_training_and_using_a_model_import_no_compiler(recipe: str, tmp_path: Path) -> None:
    run = str(tmp_path / "run")
    commands = [["train", recipe, *WORDS, "--out", run], ["train", recipe, *WORDS, "--out", run, "--resume"]]
    commands[1][commands[1].index("2")] = "3"
    commands.append(["evaluate", run])
    done = subprocess.run(
        [sys.executable, "-c", RUNS.format(commands=commands)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_operators_stand_as_one_in_a_compiled_graph() -> None:
    def pooled(z_LBH: Tensor, f_LBH: Tensor) -> Tensor:
        return pool(z_LBH, f_LBH).states_LBH.square()

    z_LBH, f_LBH = torch.randn(2, 5, 3, 4)
    expected = pooled(z_LBH, f_LBH)
    compiled = torch.compile(pooled, fullgraph=True, backend="aot_eager")
    torch.testing.assert_close(compiled(z_LBH, f_LBH), expected)
    torch.testing.assert_close(pooled(z_LBH, f_LBH), expected)

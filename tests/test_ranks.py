"""Two ranks on one CPU train what one does with the same batch, and runs pass between them.

Two ranks take sums in another order than one, so that in fp32 figures agree to CLOSE and weights to NEAR; the same
ranks, interrupted or not, agree bit for bit.
"""

import dataclasses
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from octavo.training import checkpoint
from tests.nursery import ROOT, Ended, Nursery, Strike

CLOSE = 1e-6  # relative, of bits per byte
NEAR = 2e-6  # absolute, of weights

TEXT = "to be or not to be, that is the question\nwhether 'tis nobler in the mind to suffer\n\n" * 40
# Five rows, so that one rank has three and the other two; dropout would draw other numbers on two ranks.
RECIPES = {
    "lstm-bytes": ["--model.writer.dropout", "0", "--model.writer.dropout_output", "0"],
    "lstm-autoencoder": ["--data.files.unit", "lines"],
    # Of two layers the first stops predicting after a quarter of training, and its two heads are frozen there.
    "t6-small": ["--training.optimizer.rate", "0.1"],
}


@dataclasses.dataclass(frozen=True)
class Stage:
    nursery: Nursery
    folder: Path

    def arguments(self, recipe: str, name: str, *more: str) -> list[str]:
        where = ["--data", str(self.folder / "text.txt"), "--out", str(self.folder / name), "--device", "cpu"]
        how = ["--tiny", "--resume", "--precision", "fp32", "--training.log_every", "1", "--data.batching.batch", "5"]
        return ["train", recipe, *where, *how, *RECIPES[recipe], *more]

    def train(self, ranks: int, recipe: str, name: str, *more: str, stop: int | None = None) -> Ended:
        """Train on so many ranks; the first gets SIGTERM before its operation `stop` on the run's files."""
        strike = Strike(signal.SIGTERM, stop, str(self.folder / name)) if stop else None
        environments = [self.environment | given for given in (torchrun(ranks) if ranks > 1 else [{}])]
        return self.nursery.run(*self.arguments(recipe, name, *more), strike=strike, environments=environments)

    @property
    def environment(self) -> dict[str, str]:
        return {"OCTAVO_CACHE": str(self.folder / "cache")}

    def figures(self, name: str) -> list[tuple[int, str, float]]:
        read = [json.loads(line) for line in (self.folder / name / "metrics.jsonl").read_text().splitlines()]
        return [(line["step"], line["split"], line["bits_per_byte"]) for line in read]

    def weights(self, name: str) -> dict[str, torch.Tensor]:
        return load_file(self.folder / name / "checkpoints" / "step-00000020" / "model.safetensors")


def torchrun(ranks: int) -> list[dict[str, str]]:
    """What torchrun would set for each rank."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    shared = {"WORLD_SIZE": str(ranks), "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}
    return [shared | {"RANK": str(rank), "LOCAL_RANK": str(rank)} for rank in range(ranks)]


def assert_close(stage: Stage, name: str, expected: str) -> None:
    """The same lines in the log with nearly the same figures, and nearly the same weights at the end."""
    figures, expected_figures = stage.figures(name), stage.figures(expected)
    assert [line[:2] for line in figures] == [line[:2] for line in expected_figures]
    assert [line[2] for line in figures] == pytest.approx([line[2] for line in expected_figures], rel=CLOSE)
    torch.testing.assert_close(stage.weights(name), stage.weights(expected), rtol=0, atol=NEAR)


@pytest.fixture(scope="module")
def stage(nursery: Nursery, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """A text, and a run of each recipe by one rank."""
    made = Stage(nursery, tmp_path_factory.mktemp("ranks"))
    (made.folder / "text.txt").write_text(TEXT)
    for recipe in RECIPES:
        ended = made.train(1, recipe, recipe)
        assert ended.codes == [0], ended.said
        assert len(made.figures(recipe)) == 22
    return made


@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize("how", [[], ["--shard"]], ids=["ddp", "shard"])
def test_two_ranks_have_the_losses_of_one_with_the_same_batch(stage: Stage, recipe: str, how: list[str]) -> None:
    name = "-".join([recipe, "on-two", *how])
    ended = stage.train(2, recipe, name, *how)
    assert ended.codes == [0, 0], ended.said
    assert ended.said.count("done: 20 steps") == 1
    assert_close(stage, name, recipe)


@pytest.mark.parametrize(("before", "after", "how"), [(2, 1, []), (1, 2, []), (1, 2, ["--shard"]), (2, 1, ["--shard"])])
def test_a_run_goes_on_with_other_ranks(stage: Stage, before: int, after: int, how: list[str]) -> None:
    name = "-".join(["from", str(before), "to", str(after), *how])
    stopped = stage.train(before, "lstm-bytes", name, *how, "--training.checkpoint_seconds", "1e-9", stop=60)
    assert stopped.codes == [143] * before, stopped.said
    ended = stage.train(after, "lstm-bytes", name, *how)
    assert ended.codes == [0] * after, ended.said
    assert "resumed" in ended.said
    assert_close(stage, name, "lstm-bytes")


@pytest.mark.parametrize("how", [[], ["--shard"]], ids=["ddp", "shard"])
def test_two_ranks_stopped_and_resumed_are_two_uninterrupted_bit_for_bit(stage: Stage, how: list[str]) -> None:
    dropping = [*how, "--model.writer.dropout", "0.3"]
    name = "-".join(["dropping", *how])
    assert stage.train(2, "lstm-bytes", name, *dropping).codes == [0, 0]
    saving = ["--training.checkpoint_seconds", "1e-9"]
    assert stage.train(2, "lstm-bytes", f"{name}-cut", *dropping, *saving, stop=100).codes == [143, 143]
    assert stage.train(2, "lstm-bytes", f"{name}-cut", *dropping).codes == [0, 0]
    weights, expected = stage.weights(f"{name}-cut"), stage.weights(name)
    assert all(weights[each].equal(expected[each]) for each in expected)
    assert stage.figures(f"{name}-cut") == stage.figures(name)


def test_the_same_command_under_torchrun(stage: Stage) -> None:
    """Eight seconds: three processes import torch."""
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    command = [*torchrun, "-m", "octavo", *stage.arguments("lstm-bytes", "torchrun")]
    environment: dict[str, Any] = {**os.environ, **stage.environment, "OMP_NUM_THREADS": "1"}
    ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0, ran.stderr
    assert ran.stderr.count("done: 20 steps") == 1
    checkpoint.verify(stage.folder / "torchrun" / "checkpoints" / "step-00000020")
    assert_close(stage, "torchrun", "lstm-bytes")

"""SIGTERM and Ctrl-C wait for a safe place, and leave a run that goes on as if nothing had been."""

import json
import os
import signal
from pathlib import Path

import pytest
from safetensors.torch import load_file

from octavo.training import checkpoint
from octavo.training.interruption import Interrupted, Interruption
from tests.nursery import Ended, Nursery, Strike


def raise_signal(number: int) -> None:
    os.kill(os.getpid(), number)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_is_remembered_and_nothing_else(number: int) -> None:
    with Interruption() as interruption:
        assert interruption.number is None
        raise_signal(number)
        assert interruption.number == number


def test_a_second_ctrl_c_is_not_held_back() -> None:
    with Interruption():
        raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            raise_signal(signal.SIGINT)


def test_a_second_sigterm_waits_like_the_first() -> None:
    with Interruption() as interruption:
        raise_signal(signal.SIGTERM)
        raise_signal(signal.SIGTERM)
    assert interruption.number == signal.SIGTERM


def test_afterwards_signals_do_what_they_did() -> None:
    def handlers() -> list[object]:
        return [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)]

    before = handlers()
    with Interruption():
        assert not set(handlers()) & set(before)
    assert handlers() == before


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_the_exit_code_tells_the_signal(number: signal.Signals, code: int) -> None:
    stop = Interrupted(number)
    assert (stop.code, stop.name) == (code, number.name)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
@pytest.mark.parametrize("at", [15, 90])  # while the first checkpoint is written, and a later one
def test_a_training_that_is_stopped_saves_itself_and_ends_as_if_it_had_not_been(
    nursery: Nursery, tmp_path: Path, number: signal.Signals, code: int, at: int
) -> None:
    (tmp_path / "text.txt").write_text("to be or not to be, that is the question\n" * 50)

    def train(name: str, *more: str, strike: Strike | None = None) -> Ended:
        how = ["--tiny", "--device", "cpu", "--training.checkpoint_seconds", "1e-9", *more]
        where = ["--data", tmp_path / "text.txt", "--out", tmp_path / name]
        return nursery.run("train", "lstm-bytes", *where, *how, strike=strike)

    cut = tmp_path / "cut"
    stopped = train("cut", strike=Strike(number, at, str(cut)))
    [*_, newest] = sorted((cut / "checkpoints").iterdir())
    checkpoint.verify(newest)
    step = checkpoint.step_of(newest)
    assert stopped.codes == [code]
    assert stopped.said.endswith(f"stopped by {number.name} after {step} steps: --resume goes on with {cut}\n")
    assert 0 < step < 20

    assert train("cut", "--resume").codes == [0]
    assert train("whole").codes == [0]
    last = "checkpoints/step-00000020/model.safetensors"
    weights, expected = load_file(cut / last), load_file(tmp_path / "whole" / last)
    assert all(weights[name].equal(expected[name]) for name in expected)
    steps = [(row["step"], row["split"]) for row in map(json.loads, (cut / "metrics.jsonl").read_text().splitlines())]
    assert steps == [(10, "valid"), (20, "train"), (20, "valid")]

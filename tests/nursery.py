"""Command lines in processes that start at once: children forked from one that has imported everything.

A child may be killed at any moment, or sent a signal at its n-th operation on the files of a folder, so that every
moment of writing a checkpoint can be struck without a hook in what is tested: Python tells an audit hook of each
such operation before it happens.
"""

import dataclasses
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[1]
OPERATIONS = {"open", "os.rename", "os.mkdir", "os.rmdir", "os.remove", "os.scandir", "shutil.rmtree"}


class Strike(NamedTuple):
    """A signal that a child sends itself before its n-th operation on files whose path begins so."""

    number: int
    at: int
    folder: str


class Ended(NamedTuple):
    """How children ended: their exit codes, -9 for one killed by SIGKILL, what they said, and what they took."""

    codes: list[int]
    said: str
    seconds: float
    peaks: list[int]  # bytes resident

    @property
    def code(self) -> int:
        [code] = self.codes
        return code


@dataclasses.dataclass(frozen=True)
class Nursery:
    """The process that forks, seen from a test."""

    process: subprocess.Popen[str]

    @classmethod
    def open(cls) -> "Nursery":
        command, pipe = [sys.executable, "-m", "tests.nursery"], subprocess.PIPE
        environment = {**os.environ, "OMP_NUM_THREADS": "1"}
        return cls(subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=environment, cwd=ROOT))

    def close(self) -> None:
        self.process.communicate()

    def run(
        self,
        *arguments: object,
        strike: Strike | None = None,
        kill_after: float | None = None,
        environments: Sequence[Mapping[str, str]] = ({},),
    ) -> Ended:
        """`octavo …` in a child for each environment, all at once; killed after so many seconds, if asked for."""
        shared = {name: value for name, value in os.environ.items() if name.startswith("OCTAVO_")}
        began = time.monotonic()
        self._write(
            arguments=[str(argument) for argument in arguments],
            strike=strike,
            environments=[{**shared, **environment} for environment in environments],
        )
        children = self._read()
        if kill_after is not None:
            time.sleep(kill_after)
            for child in children:
                os.kill(child, signal.SIGKILL)
        self._write()
        ends, said = self._read()
        codes, peaks = zip(*ends, strict=True)
        return Ended([*codes], said, time.monotonic() - began, [*peaks])

    def _write(self, **order: Any) -> None:
        assert self.process.stdin
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()

    def _read(self) -> Any:
        assert self.process.stdout
        return json.loads(self.process.stdout.readline())


def serve() -> None:
    """Fork as ordered and say who was born; asked again, wait for them and say how they ended."""
    _import_everything()
    assert len(os.listdir("/proc/self/task")) == 1, "a process with threads must not fork"
    with tempfile.NamedTemporaryFile() as said:
        for line in sys.stdin:
            order = json.loads(line)
            os.truncate(said.name, 0)
            children = [_fork(order, environment, said.name) for environment in order["environments"]]
            print(json.dumps(children), flush=True)
            sys.stdin.readline()
            ends = [_end(child) for child in children]
            print(json.dumps([ends, Path(said.name).read_text()]), flush=True)


def _end(child: int) -> tuple[int, int]:
    """A child's exit code, and the most memory it held."""
    _, status, used = os.wait4(child, 0)
    return os.waitstatus_to_exitcode(status), used.ru_maxrss * 1024


def _import_everything() -> None:
    """What a training imports by and by."""
    import torch._dynamo
    import torch._inductor

    from octavo.commands import train

    assert train
    assert torch


def _fork(order: dict[str, Any], environment: dict[str, str], said: str) -> int:
    child = os.fork()
    if not child:
        try:
            code = _live(order, environment, said)
        except BaseException:
            code = 99
        os._exit(code)
    return child


def _live(order: dict[str, Any], environment: dict[str, str], said: str) -> int:
    from octavo.cli import main

    os.environ.update(environment)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    voice = os.open(said, os.O_WRONLY | os.O_APPEND)
    os.dup2(voice, 1)
    os.dup2(voice, 2)
    if order["strike"]:
        _prepare(Strike(*order["strike"]))
    code = main(order["arguments"])
    sys.stdout.flush()
    return code


def _prepare(strike: Strike) -> None:
    left = strike.at

    def hear(event: str, details: tuple[Any, ...]) -> None:
        nonlocal left
        if event in OPERATIONS and str(details[0]).startswith(strike.folder):
            left -= 1
            if left == 0:
                os.kill(os.getpid(), strike.number)

    sys.addaudithook(hear)


if __name__ == "__main__":
    serve()

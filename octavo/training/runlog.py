"""What a run tells: figures in metrics.jsonl, progress on stderr, and TensorBoard where it is wanted.

A line of metrics.jsonl: {"step": 200, "split": "train", "loss": 1.83, "units": {"loss": "bits/byte"}}.
Figures of a step are to be written before its checkpoint is saved: a resumed run cuts off the lines after the step
it goes on from, so that none is there twice. Ranks other than the first write nothing.
"""

import json
import math
import os
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from rich import progress as bars
from rich.console import Console

from octavo import distributed
from octavo.schedules import Progress

Figures = Mapping[str, tuple[float, str]]  # name → (value, unit)


class RunLog:
    """The log of one training; use it as a context."""

    def __init__(
        self,
        folder: Path,
        total: int | None = None,
        resumed_at: int = 0,
        *,
        tensorboard: bool = False,
        seconds_between_lines: float = 30.0,
        console: Console | None = None,
    ) -> None:
        first = distributed.is_first()
        path = folder / "metrics.jsonl"
        if first:
            folder.mkdir(parents=True, exist_ok=True)
            cut_after(path, resumed_at)
        self._lines = (path if first else Path(os.devnull)).open("a")
        self._console = console or Console(stderr=True, quiet=not first)
        self._display = Display(self._console, total, seconds_between_lines)
        self._board = _board(folder, resumed_at) if tensorboard and first else None

    def advance(self, progress: Progress, tokens: int) -> None:
        """After each update: where the training is, and how many tokens the update saw."""
        self._display.advance(progress, tokens)

    def write(self, step: int, figures: Figures, split: str = "train", **facts: float) -> None:
        """Add a split's figures at a step to metrics.jsonl, and show them; facts are written only, as parts of one are.

        A part of a figure is named after it, "kl/3".
        """
        values = {name: _finite(value) for name, (value, _) in figures.items()}
        units = {name: unit for name, (_, unit) in figures.items()}
        try:
            self._lines.write(json.dumps({"step": step, "split": split, **facts, **values, "units": units}) + "\n")
            self._lines.flush()
        except OSError as error:
            raise OSError(error.errno, error.strerror, self._lines.name) from None  # a write does not say where
        shown = {f"{split} {name}": figure for name, figure in figures.items() if "/" not in name}
        self._display.figures.update(shown)
        for name, (value, unit) in figures.items():
            if self._board:
                self._board.add_scalar(f"{split}/{name} ({unit})", value, step)

    def say(self, text: str) -> None:
        """A line on stderr, above the bar."""
        self._console.print(text, markup=False, highlight=False, soft_wrap=True)

    @property
    def tokens_per_second(self) -> float:
        return self._display.tokens_per_second

    def __enter__(self) -> "RunLog":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._display.close()
        self._lines.close()
        if self._board:
            self._board.close()


class Display:
    """A bar where stderr is a terminal, a line every so often elsewhere."""

    def __init__(self, console: Console, total: int | None, seconds_between_lines: float) -> None:
        self.figures: dict[str, tuple[float, str]] = {}
        self._console, self._total, self._between = console, total, seconds_between_lines
        self._began = self._told = time.monotonic()
        self._tokens, self._first_share = 0, math.nan
        self._bar = _bar(console) if console.is_interactive else None
        if self._bar:
            self._task = self._bar.add_task("", total=1.0)
            self._bar.start()

    def advance(self, progress: Progress, tokens: int) -> None:
        self._tokens += tokens
        if math.isnan(self._first_share):
            self._first_share = progress.share
        if self._bar:
            self._bar.update(self._task, completed=progress.share, description=self._line(progress))
        elif time.monotonic() - self._told >= self._between:
            self._told = time.monotonic()
            self._console.print(self._line(progress), markup=False, highlight=False, soft_wrap=True)

    @property
    def tokens_per_second(self) -> float:
        return self._tokens / max(time.monotonic() - self._began, 1e-9)

    def close(self) -> None:
        if self._bar:
            self._bar.stop()

    def _line(self, progress: Progress) -> str:
        steps = f"step {progress.step:,}" + (f" of {self._total:,}" if self._total else "")
        figures = [f"{name} {value:.4g} {unit}" for name, (value, unit) in self.figures.items()]
        speed = f"{self.tokens_per_second:,.0f} tokens/s"
        return " · ".join([steps, *figures, speed, f"{self._remaining(progress.share)} left"])

    def _remaining(self, share: float) -> str:
        """The time left, if it goes on as since this process began.

        A resumed run has made `first_share` already, in another process's time.
        """
        done = share - self._first_share
        if done <= 0:
            return "?"
        return spell((time.monotonic() - self._began) * (1.0 - share) / done)


def _bar(console: Console) -> bars.Progress:
    return bars.Progress(bars.BarColumn(), bars.TextColumn("{task.description}", markup=False), console=console)


def spell(seconds: float) -> str:
    """A length of time in its two largest units.

    >>> [spell(7.2), spell(754), spell(100_000)]
    ['7 s', '12 min 34 s', '27 h 46 min']
    """
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"


def cut_after(path: Path, step: int) -> None:
    """Drop the lines after a step, and a last line that a killed process left unfinished; at step 0, all."""
    if not path.exists():
        return
    lines = path.read_text().splitlines(keepends=True) if step else []
    kept = [line for line in lines if line.endswith("\n") and json.loads(line)["step"] <= step]
    fresh = path.with_name(f".{path.name}")
    fresh.write_text("".join(kept))
    fresh.replace(path)


def _finite(value: float) -> float | None:
    """JSON has no NaN and no infinity: null stands for them."""
    return float(value) if math.isfinite(value) else None


def _board(folder: Path, resumed_at: int) -> Any:
    from torch.utils.tensorboard import SummaryWriter

    return SummaryWriter(str(folder / "tensorboard"), purge_step=resumed_at + 1)

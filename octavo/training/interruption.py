"""SIGTERM and Ctrl-C, turned into a wish that the training loop grants between two steps."""

import signal
from types import FrameType, TracebackType


class Interrupted(SystemExit):
    """The run was asked to stop and has saved itself; exits with 128 + the signal's number, 130 or 143."""

    def __init__(self, number: int) -> None:
        super().__init__(128 + number)
        self.name = signal.Signals(number).name


class Interruption:
    """While entered, remembers the first SIGTERM or SIGINT in `number`; a second SIGINT is not held back."""

    def __init__(self) -> None:
        self.number: int | None = None

    def __enter__(self) -> "Interruption":
        self._before = {number: signal.signal(number, self._remember) for number in (signal.SIGTERM, signal.SIGINT)}
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _remember(self, number: int, frame: FrameType | None) -> None:
        if self.number is not None and number == signal.SIGINT:
            raise KeyboardInterrupt
        self.number = number

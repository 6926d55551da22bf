"""How far the reading of a text is, on stderr, where that is a terminal."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn


@contextmanager
def bytes_bar(about: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """Gives a function that hears of bytes done; the bar goes when all is."""
    with file_bars() as bars:
        task = bars.add_task(about, total=total)
        yield lambda count: bars.advance(task, count)


def file_bars() -> Progress:
    """Bars in bytes, one for each file that is fetched or read."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    return Progress(*columns, TimeRemainingColumn(), console=console, transient=True, disable=not console.is_terminal)

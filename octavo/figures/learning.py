"""Learning curves: what was reached, against updates or what was seen in them, and against time."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from octavo.figures.metrics import Course, Point, finite, read_courses
from octavo.figures.style import INK, drawing, label_right, line_style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

HEIGHT = 2.9  # inches
SETTLED = 0.1  # the share of a run's steps whose steep beginning may leave the picture
THIN: dict[str, Any] = {"linewidth": 0.7, "alpha": 0.5, "zorder": 2}
BOLD: dict[str, Any] = {"linewidth": 1.6, "markersize": 3.5, "zorder": 3}
SPLITS = "training", "held out"
MILLION = 1_000_000
TIMES = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}


def learning(runs: Sequence[Path], out: Path, metric: str | None = None, seen: bool = False) -> None:
    """Each run's metric in training (thin) and on held-out text (bold), against updates, or tokens seen, and time."""
    courses = read_courses(runs, metric)
    if seen and not all(math.isfinite(course.tokens) for course in courses):
        raise ValueError(f"{runs[0]} does not say how many tokens were seen in a second: draw learning, by updates")
    unit = time_unit(max(course.end.seconds for course in courses))
    with drawing(out, HEIGHT) as figure:
        by_step, by_time = figure.subplots(1, 2, sharey=True)
        for place, course in enumerate(courses):
            each = course.tokens / MILLION if seen else 1
            _draw(by_step, course, place, lambda point, each=each: point.step * each)
            _draw(by_time, course, place, lambda point: point.seconds / TIMES[unit])
        by_step.set(
            xlabel=f"million {courses[0].unit} seen" if seen else "updates",
            ylabel=courses[0].metric,
            ylim=span(courses),
        )
        by_time.set(xlabel=f"{unit} of training")
        for axes in (by_step, by_time):
            axes.set_xlim(left=0)
            axes.locator_params(nbins=6, steps=[1, 2, 5, 10])
            axes.xaxis.set_major_formatter("{x:,g}")
        _explain(figure, all(course.stretches for course in courses))
        figure.draw_without_rendering()
        names = [course.name for course in courses]
        styles = [line_style(place) for place in range(len(courses))]
        label_right(by_time, names, [course.end.value for course in courses], styles)


def learning_seen(runs: Sequence[Path], out: Path) -> None:
    """The runs' own metric against what they have seen, and against time."""
    learning(runs, out, seen=True)


def learning_error(runs: Sequence[Path], out: Path) -> None:
    """The same of the share of wrong tokens."""
    learning(runs, out, "error", seen=True)


def span(courses: Sequence[Course]) -> tuple[float, float]:
    """The heights that matter: all after the steep beginning, with a little air."""
    settled = [
        point.value
        for course in courses
        for curve in (course.train, course.valid)
        for point in finite(curve)
        if point.step >= SETTLED * course.end.step
    ]
    low, high = min(settled), max(settled)
    air = 0.05 * (high - low) or 0.5
    return low - air, high + air


def time_unit(seconds: float) -> str:
    """The largest unit of which there are at least two.

    >>> time_unit(90), time_unit(900), time_unit(9000)
    ('seconds', 'minutes', 'hours')
    """
    return next(unit for unit, size in reversed(TIMES.items()) if seconds >= 2 * size or unit == "seconds")


def _draw(axes: Axes, course: Course, place: int, across: Callable[[Point], float]) -> None:
    style = line_style(place)
    for curve, look in ((course.train, THIN), (course.valid, BOLD)):
        axes.plot([across(point) for point in curve], [point.value for point in curve], **style, **look)
    # A dot says where a run ended, and shows the only value of a short one.
    axes.plot(across(course.end), course.end.value, "o", color=style["color"], **BOLD)


def _explain(figure: Figure, stretches: bool) -> None:
    """What thin and bold mean, above the axes, where no line can come."""
    from matplotlib.lines import Line2D

    trained, held_out = ("training: random stretches", "held out: whole texts") if stretches else SPLITS
    lines = [Line2D([], [], color=INK, label=label, **look) for label, look in ((trained, THIN), (held_out, BOLD))]
    figure.legend(handles=lines, loc="outside upper left", ncols=2, borderpad=0.2)

"""Learning curves: what was reached, against updates or what was seen in them, and against time."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from octavo.figures.metrics import CLOCK, PROCESSOR, STRETCHES, Course, Point, finite, read_courses
from octavo.figures.style import INK, drawing, label_right, line_style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

HEIGHT = 2.9  # inches
SETTLED = 0.1  # the share of a run's steps whose steep beginning may leave the picture
THIN: dict[str, Any] = {"linewidth": 0.7, "alpha": 0.5, "zorder": 2}
BOLD: dict[str, Any] = {"linewidth": 1.6, "markersize": 3.5, "zorder": 3}
FILLED: dict[str, Any] = {"marker": "o", "markersize": 5, "zorder": 4}
HOLLOW: dict[str, Any] = {**FILLED, "markerfacecolor": "white"}
MILLION = 1_000_000
Across = Callable[[Point], float]
TIMES = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}
CLOCKS = {CLOCK: "of training", PROCESSOR: "of the processor's time"}


def learning(runs: Sequence[Path], out: Path, metric: str | None = None, seen: bool = False) -> None:
    """Each run's metric against updates, or tokens seen, and against time where all runs tell it alike.

    In training (thin) and on held-out text (bold); of runs that were measured on texts like training's when they had
    ended, in training (bold), and a mark for those; their errors are a panel where the metric is another.
    """
    courses = read_courses(runs, metric)
    if seen and not all(math.isfinite(course.train[-1].seen) for course in courses if course.train):
        raise ValueError(f"{runs[0]} does not say how many tokens were seen in a second: draw learning, by updates")
    clocks = {course.clock for course in courses}
    timed = len(clocks) == 1 and clocks != {""}
    erring = not metric and all(course.errors for course in courses)
    across: Across = (lambda point: point.seen / MILLION) if seen else (lambda point: point.step)
    progress = f"million {courses[0].unit} seen" if seen else "updates"
    with drawing(out, HEIGHT) as figure:
        panels = figure.subplots(1, 1 + timed + erring, squeeze=False)[0]
        _draw(panels[0], courses, across, progress)
        if timed:
            unit = time_unit(max(course.end.seconds for course in courses))
            _draw(panels[1], courses, lambda point: point.seconds / TIMES[unit], f"{unit} {CLOCKS[clocks.pop()]}")
        if erring:
            panels[-1].set(xlabel=progress, ylabel=f"error (share of {courses[0].unit})", ylim=(0, 1))
            _mark(panels[-1], across, [course.errors for course in courses])
            panels[-1].set_xlim(panels[0].get_xlim())
        _explain(figure, courses)
        figure.draw_without_rendering()
        styles = [line_style(place) for place in range(len(courses))]
        ends = [course.errors[-1] if erring else course.end for course in courses]
        label_right(panels[-1], [course.name for course in courses], [end.value for end in ends], styles)


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
        for curve in (course.train, *([] if course.held_out else [course.valid]), marks(course))
        for point in finite(curve)
        if point.step >= SETTLED * course.end.step
    ]
    low, high = min(settled), max(settled)
    air = 0.05 * (high - low) or 0.5
    return low - air, high + air


def marks(course: Course) -> list[Point]:
    """What stands beside the curve of training: held-out texts like its own; where it is of errors, both of these."""
    if course.metric.startswith("error") and course.errors:
        return list(course.errors)
    return [course.held_out] if course.held_out else []


def time_unit(seconds: float) -> str:
    """The largest unit of which there are at least two.

    >>> time_unit(90), time_unit(900), time_unit(9000)
    ('seconds', 'minutes', 'hours')
    """
    return next(unit for unit, size in reversed(TIMES.items()) if seconds >= 2 * size or unit == "seconds")


def _draw(axes: Axes, courses: Sequence[Course], across: Across, progress: str) -> None:
    for place, course in enumerate(courses):
        curves = [(course.train, BOLD)] if course.held_out else [(course.train, THIN), (course.valid, BOLD)]
        for curve, look in curves:
            axes.plot([across(point) for point in curve], [point.value for point in curve], **line_style(place), **look)
    # A mark says where a run ended, and shows the only value of a short one.
    _mark(axes, across, [marks(course) or [course.end] for course in courses])
    axes.set(xlabel=progress, ylabel=courses[0].metric, ylim=span(courses))
    axes.set_xlim(left=0)
    axes.locator_params(nbins=6, steps=[1, 2, 5, 10])
    axes.xaxis.set_major_formatter("{x:,g}")


def _mark(axes: Axes, across: Across, marked: Iterable[Sequence[Point]]) -> None:
    for place, points in enumerate(marked):
        for point, look in zip(points, (FILLED, HOLLOW), strict=False):
            axes.plot(across(point), point.value, color=line_style(place)["color"], **look)


def _explain(figure: Figure, courses: Sequence[Course]) -> None:
    """What the looks mean, above the axes, where no line can come."""
    from matplotlib.lines import Line2D

    drawn = [Line2D([], [], color=INK, label=label, **look) for label, look in looks(courses).items()]
    figure.legend(handles=drawn, loc="outside upper left", ncols=len(drawn), borderpad=0.2)


def looks(courses: Sequence[Course]) -> dict[str, dict[str, Any]]:
    """Each look by what it says: like stands beside like, or the unlike is named."""
    of = "".join(f": {course.of}" for course in courses[:1] if course.of == STRETCHES)
    if not all(course.held_out for course in courses):
        return {f"training{of}": THIN, f"held out{': whole texts, of another kind' if of else ''}": BOLD}
    dots = {f"held out{of}, at the end": {**FILLED, "linestyle": ""}}
    if any(len(course.errors) > 1 for course in courses):
        dots["the same, written freely"] = {**HOLLOW, "linestyle": ""}
    return {f"training{of}": BOLD, **dots}

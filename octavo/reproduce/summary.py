"""A line for each system, published against measured: the table of the project's README."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from octavo.reproduce import exhibit
from octavo.reproduce.cells import difference, line, machine, shown
from octavo.reproduce.exhibits import Exhibit, Row
from octavo.reproduce.found import Result, measured, read_results, value
from octavo.reproduce.report import page

BEGIN, END = "<!-- results: written by octavo reproduce --report -->", "<!-- end of results -->"


class Headline(NamedTuple):
    """The row of an exhibit that stands for a system, and of its columns the first of these that was measured.

    Without any named, all that are published stand for it.
    """

    system: str
    exhibit: str
    row: str
    columns: tuple[str, ...] = ()


HEADLINES = (
    Headline("QRNN language model", "qrnn-table2", "QRNN + zoneout"),
    Headline("QRNN translator", "qrnn-table3", "Char-level 4-layer QRNN"),
    Headline("Recursive byte autoencoder", "recursive-table2", "English Wikipedia"),
    Headline("Hybrid convolutional VAE", "hybrid-table3", "Hybrid, alpha = 0.2"),
    Headline("Dilated-convolution VAE", "dilated-table2", "SCNN-VAE"),
    # As Table 1's figure is of its longest context, so is a stand-in's that sees fewer.
    Headline("Deep character transformer", "transformer-table2", "T64", ("bits given 512", "bits given 128")),
)


def summary(folder: Path) -> str:
    """The table, from a folder of results."""
    results = read_results(folder)
    head = ["system", "published", "measured here", "apart", "hardware"]
    lines = [line(head), "|---" * len(head) + "|", *(line(_cells(one, results)) for one in HEADLINES)]
    return "\n".join(lines)


def with_summary(text: str, folder: Path) -> str:
    """A page with the table between its two marks."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{summary(folder)}\n{END}{after}"


def write_pages(folder: Path) -> list[Path]:
    """Write the page in the folder of results, and the table of the README above it where that has a place for it."""
    written, front = [folder / "README.md"], folder.absolute().parent / "README.md"
    written[0].write_text(page(folder), "utf-8")
    if front.exists() and BEGIN in (text := front.read_text("utf-8")):
        front.write_text(with_summary(text, folder), "utf-8")
        written.append(front)
    return written


def _cells(headline: Headline, results: Mapping[str, Result]) -> list[str]:
    shown_of = exhibit(headline.exhibit)
    [row] = [row for row in shown_of.rows if row.label == headline.row]
    names = measured(shown_of, results)[row.label]
    best = results[names[0]] if names else {}
    shown_of = replace(shown_of, columns=_columns(headline, shown_of, row, best))
    published = ", ".join(f"{column} {row.published[column]}" for column in shown_of.columns if column in row.published)
    if not names:
        return [headline.system, published, "not run", "", ""]
    here = ", ".join(f"{column} {shown(value(best, path))}" for column, path in shown_of.columns.items())
    return [headline.system, published, here, difference(shown_of, row, best), machine(best["hardware"])]


def _columns(headline: Headline, shown_of: Exhibit, row: Row, best: Result) -> dict[str, str]:
    columns = {name: path for name, path in shown_of.columns.items() if name in row.published} or dict(shown_of.columns)
    if not headline.columns:
        return columns
    standing = [name for name in headline.columns if value(best, columns[name]) is not None]
    first = (standing or headline.columns)[0]
    return {first: columns[first]}

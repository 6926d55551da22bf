"""`octavo reproduce`."""

import argparse
import sys
from pathlib import Path

from octavo.commands.output import print_rows
from octavo.reproduce import EXHIBITS, exhibit
from octavo.reproduce.found import made, measured, read_results
from octavo.reproduce.running import Plan, run
from octavo.reproduce.summary import write_pages


def reproduce(options: argparse.Namespace) -> None:
    """List what the papers show, run what is missing of one exhibit, or write the page of results."""
    results = Path(options.results)
    if options.report:
        for path in write_pages(results):
            print(path)
    elif options.name is None:
        _list(results, options.json)
    else:
        plan = Plan(
            budget=options.budget,
            runs=Path(options.runs),
            results=results,
            jobs=options.jobs,
            stand_in=options.stand_in,
            device=options.device,
        )
        run(exhibit(options.name), plan, lambda line: print(line, file=sys.stderr, flush=True))


def _list(folder: Path, as_json: bool) -> None:
    results = read_results(folder)
    rows = []
    for name, one in EXHIBITS.items():
        found = measured(one, results)
        run_of = f"{sum(map(bool, found.values()))} of {len(found)}" if found else str(len(made(one, results)))
        rows.append({"name": name, "measured": run_of, "title": one.title})
    print_rows(rows, as_json)

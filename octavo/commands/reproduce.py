"""`octavo reproduce`."""

import argparse
import sys
from pathlib import Path

from octavo.commands.output import print_json
from octavo.reproduce import exhibit
from octavo.reproduce.listing import as_lines, listing
from octavo.reproduce.running import Plan, run
from octavo.reproduce.summary import write_pages


def reproduce(options: argparse.Namespace) -> None:
    """List what the papers show, run what is missing of one exhibit, or write the page of results."""
    results = Path(options.results)
    if options.report:
        for path in write_pages(results):
            print(path)
    elif options.name is None:
        for entry in listing(results):
            if options.json:
                print_json(entry)
            else:
                print("\n".join(as_lines(entry)))
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

"""`octavo bench`."""

import argparse
import sys
import time
from typing import Any

import torch

from octavo.bench import BENCHES, machine
from octavo.bench.bars import judged
from octavo.commands.output import file_of, print_json, print_rows
from octavo.runs import write_json
from octavo.training.memory import keep_memory
from octavo.training.precision import resolve_device


def bench(options: argparse.Namespace) -> None:
    """The machine's ceilings, then every row as it is measured."""
    keep_memory()
    if options.threads:
        torch.set_num_threads(options.threads)
    device = resolve_device(options.device)
    out = None if options.out is None else file_of(options.out)
    facts = machine(device)
    if not options.json:
        print("  ".join(f"{name} {value}" for name, value in facts.items()), file=sys.stderr)
    result: dict[str, Any] = {"machine": facts}
    taken: dict[str, float] = {}
    for name in BENCHES if options.name == "all" else [options.name]:
        result[name], begun = [], time.perf_counter()
        for row in BENCHES[name](device):
            result[name].append(row)
            if out:  # after every row, so that what has been measured survives a stop
                write_json(out, result)
            if not options.json:
                print(f"{name}: " + ", ".join(f"{key} {value}" for key, value in row.items()), flush=True)
        taken[name] = time.perf_counter() - begun
    if options.name == "all":
        taken["all"] = sum(taken.values())
        result["whole"] = [{"bench": name, "seconds": round(seconds, 1)} for name, seconds in taken.items()]
    result["asked"] = list(judged(result))
    if out:
        write_json(out, result)
    if options.json:
        print_json(result)
    else:
        print_rows(result["asked"], as_json=False)

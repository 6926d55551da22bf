"""`octavo study`."""

import argparse
from pathlib import Path

import torch

from octavo.commands.output import file_of, print_json
from octavo.data.compression import STDIN
from octavo.pretrained import load
from octavo.runs import write_json
from octavo.spelling import nearest
from octavo.studies import COMPARISONS, STUDIES, STUDIES_OF_LOGS, StudyConfig, begun, of_runs
from octavo.training.precision import resolve_device


def study(options: argparse.Namespace) -> None:
    """One study of some runs, written after each, so that what has been found survives a stop."""
    if options.name not in (known := [*STUDIES, *STUDIES_OF_LOGS, *COMPARISONS]):
        raise ValueError(f"no study {options.name!r}: {nearest(options.name, known)}")
    if options.out == STDIN:
        raise ValueError("--out -: a study is a file that octavo figure draws: name one, and --json prints it too")
    out = file_of(options.out)
    if options.threads:
        torch.set_num_threads(options.threads)
    settings = StudyConfig(
        samples=options.samples,
        longest=options.longest,
        stretches=options.stretches,
        num_beams=options.num_beams,
        seed=options.seed,
        text=options.text,
        given=options.given,
        copy_test=options.copy_test,
        pronoun=options.pronoun,
    )
    runs = [(Path(folder), load(folder, options.device).run) for folder in options.runs]
    result = begun(options.name, settings, resolve_device(options.device))
    out.parent.mkdir(parents=True, exist_ok=True)
    for found in of_runs(options.name, runs, settings):
        result["runs"].append(found)
        write_json(out, result)
    if options.json:
        print_json(result)
    else:
        print(out)

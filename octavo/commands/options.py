"""Options that several verbs share, and how one is described."""

import argparse
from typing import Any

MOST_THREADS = 1024


def count(text: str) -> int:
    """A whole number from 1."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 1 up")
    return int(text)


def threads(text: str) -> int:
    """So many threads as a program may have without the system refusing them."""
    if count(text) > MOST_THREADS:
        raise argparse.ArgumentTypeError(
            f"{text} threads are more than {MOST_THREADS}: as many as there are cores will do"
        )
    return int(text)


def option(name: str, help: str, **settings: Any) -> tuple[str, dict[str, Any]]:
    return name, {"help": help, **settings}


FORMS = ("fp32", "bf16", "int8")
RUN = option("run_folder", "a run's folder, an exported model, or its id on the hub", metavar="RUN")
JSON = option("--json", "print JSON", action="store_true")
DEVICE = option("--device", "auto, cpu, cuda or mps (default: auto)", default="auto")
PRECISION = option(
    "--precision",
    "how weights are kept: fp32, bf16 or int8 (default: fp32); a QRNN writes faster with fewer bits",
    default="fp32",
    choices=FORMS,
)
THREADS = option("--threads", "how many threads the CPU uses", type=threads)
SEED = option("--seed", "the same seed, the same texts (default: 0)", type=int, default=0)
FILE = option("file", "a text file, or - for standard input (default: -)", metavar="FILE", nargs="?", default="-")
LONGEST = option("--max-new-tokens", "how many tokens at most (default: 256)", type=count, default=256)
SAMPLING = (
    option("--temperature", "0 is greedy (default: 1)", type=float, default=1.0),
    option("--top-k", "sample among the K likeliest", type=count),
    option("--top-p", "sample among the likeliest that hold this share", type=float, default=1.0),
    option("--num-beams", "search with so many beams; nothing is drawn then", type=count, default=1),
    option("--stop", "end a text where this string appears (may be repeated)", action="append", default=[]),
    option(
        "--bad-words",
        "a token that is never written, '<unk>' say (may be repeated)",
        metavar="WORD",
        action="append",
        default=[],
    ),
)
BEAMS = (
    option("--num-beams", "beams of a translator's search (default: 8)", type=count, default=8),
    option("--alpha", "its pull towards the source's length, 0 being none (default: 0.6)", type=float, default=0.6),
)
WINDOW = option(
    "--window",
    "what a writer of bounded sight does beyond it: roll, half or exact (default: roll if it can, else half)",
    choices=("roll", "half", "exact"),
)
CONTEXTS = (
    option("--context", "bits of a language model's characters given exactly so many before", type=count, nargs="+"),
    option("--stride", "score so many characters a window, the first given less; 1 is exact", type=count, default=1),
    option("--sample", "score so many characters, drawn from the seed, with the standard error", type=count),
    option("--seed", "what the sample is drawn from (default: 0)", type=int, default=0),
    option("--baselines", "beside it, xz -9 and order-0 and order-3 counts of the training text", action="store_true"),
    option("--windows", "nats of all tokens of windows so long, none knowing what stood before it", type=count),
)
DYNAMIC = (
    option(
        "--dynamic", "measure a language model once more while it learns from what it has scored", action="store_true"
    ),
    option("--rule", "of --dynamic: sgd, or rms, which minds the size of training's gradients", choices=("sgd", "rms")),
    option("--rate", "of --dynamic: how far a step goes (default: 0.0001)", type=float),
    option("--decay", "of --dynamic: how strongly what was trained pulls back (default: 0)", type=float),
    option("--segment", "of --dynamic: tokens between two steps (default: 64)", type=count),
)
COPY_TEST = (
    option("--copy-test", "is a made-up name copied over a long distance? (Al-Rfou et al. 2019)", metavar="NAME=FAKE"),
    option("--pronoun", "of --copy-test: what the name's other places become (default: she)", default="she"),
    option("--given", "how many characters are gone on from (default: 512)", type=count, default=512),
)
CODECS = ("bytes", "escaped", "characters", "words")
ERRORS = option("--errors", "what invalid UTF-8 does to characters and words", choices=("strict", "replace"))
DATA_ROOT = option("--data-root", "where copies of named corpora are (default: OCTAVO_DATA, or the cache)")

BENCHES = (
    "recurrence",
    "conv",
    "softmax",
    "lm-step",
    "attention",
    "transformer",
    "systems",
    "optimizers",
    "allocator",
    "streaming",
    "decoding",
    "generate",
    "data",
    "scaling",
    "qrnn",
    "all",
)

SPLITS = ("train", "valid", "test")
UNITS = ("lines", "paragraphs", "documents")
UNIT = option("--unit", "lines, paragraphs or documents (default: lines, of a table rows)", choices=UNITS)
COLUMN = option("--text-column", "a table's column that holds the text, two joined by + (default: as in training)")

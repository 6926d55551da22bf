"""The verbs and their options. Light: what a verb does is imported when it runs."""

import argparse
import importlib
import os
from collections.abc import Callable
from typing import Any

from octavo.commands.arguments import Overrides, Parser
from octavo.commands.options import (
    BEAMS,
    BENCHES,
    CODECS,
    COLUMN,
    CONTEXTS,
    COPY_TEST,
    DATA_ROOT,
    DEVICE,
    DYNAMIC,
    ERRORS,
    FILE,
    JSON,
    LONGEST,
    PRECISION,
    RUN,
    SAMPLING,
    SEED,
    SPLITS,
    THREADS,
    UNIT,
    UNITS,
    WINDOW,
    count,
    option,
)


class Verb:
    """One command: its name, a line of help, where its function is, and its options."""

    def __init__(self, name: str, about: str, target: str, *options: tuple[str, dict[str, Any]]) -> None:
        self.name, self.about, self.target, self.options = name, about, target, options

    def run(self, options: argparse.Namespace, overrides: Overrides) -> None:
        module, function = self.target.split(":")
        if getattr(options, "data_root", None):
            os.environ["OCTAVO_DATA"] = options.data_root
        verb: Callable[..., None] = getattr(importlib.import_module(f"octavo.commands.{module}"), function)
        verb(options, overrides) if self.name == "train" else verb(options)


VERBS = (
    Verb("recipes", "list the recipes", "lists:recipes", JSON),
    Verb(
        "train",
        "train a recipe; --field.path VALUE sets any of its fields",
        "train:train",
        option("recipe", "a recipe's name (octavo recipes lists them)", metavar="RECIPE"),
        option("--data", "train on this file, folder, named corpus, or - for standard input"),
        option("--valid", "evaluate on this while training"),
        option("--test", "what octavo evaluate measures"),
        option("--vectors", "a file of word vectors, GloVe's or word2vec's text, that a reader starts from"),
        option("--init-reader", "start from this run's reader or, of a language model, its writer", metavar="RUN"),
        option(
            "--ablate",
            "a T12, T64 or t6-small without positions, layers, targets, embeddings or optimizer (may be repeated)",
            action="append",
            default=[],
        ),
        option("--out", "the run's folder (default: runs/RECIPE)"),
        option("--tiny", "shrink everything to a few seconds", action="store_true"),
        option("--config", "a TOML file of fields to set", metavar="FILE"),
        option("--print-config", "print the resolved recipe as TOML and stop", action="store_true"),
        option("--resume", "go on from the newest good checkpoint", action="store_true"),
        ERRORS,
        option("--steps", "stop after so many updates", type=count),
        option("--time-limit", "stop after so long: 90s, 10m, 2h"),
        option("--seed", "the training's seed", type=int),
        DEVICE,
        option("--precision", "auto, fp32 or bf16 (default: auto)", default="auto"),
        option("--deterministic", "refuse what is not deterministic", action="store_true"),
        THREADS,
        option("--shard", "under torchrun: FSDP2 instead of DDP", action="store_true"),
        option(
            "--compile", "put the model's parts through torch.compile, on CUDA with CUDA graphs", action="store_true"
        ),
        option("--tensorboard", "write TensorBoard files too", action="store_true"),
        DATA_ROOT,
    ),
    Verb(
        "evaluate",
        "a run's own metrics on a split, every token once",
        "measure:evaluate",
        RUN,
        option("--data", "measure on this instead of the run's own data"),
        option("--split", "train, valid or test (default: test, and of --record valid and test)", choices=SPLITS),
        option("--rows", "rows of a stream side by side; 1 is exact (default: 1)", type=count, default=1),
        *BEAMS,
        option(
            "--limit",
            "texts that are translated for BLEU (default: all), reconstructed (256) or importance-weighted (--texts)",
            type=count,
        ),
        option("--tokens", "measure only the first so many tokens, and say so", type=count),
        *CONTEXTS,
        *DYNAMIC,
        option("--words", "count the text's words too, and give their perplexity", action="store_true"),
        option("--rounded", "the metrics once more with weights in bf16 and in int8", action="store_true"),
        option("--samples", "of a VAE, the importance-weighted bound too, with so many draws a text", type=count),
        option(
            "--texts",
            "measure its latent variable on so many texts, drawn alike for every model (default: 2000); of a language "
            "model of documents, its likelihood of those",
            type=count,
        ),
        option("--record", "write a row of results, valid and test, to this JSON file", metavar="FILE"),
        DEVICE,
        DATA_ROOT,
        JSON,
    ),
    Verb(
        "score",
        "bits per byte of each document",
        "measure:score",
        RUN,
        FILE,
        UNIT,
        COLUMN,
        PRECISION,
        DEVICE,
        JSON,
    ),
    Verb(
        "generate",
        "write texts",
        "write:generate",
        RUN,
        option("--prompt", "what the texts go on from (default: nothing)", default=""),
        option("--text", "instead, a file to go on from its beginning, beside how it goes on in truth"),
        option("--given", "of --text: how many characters are gone on from (default: 512)", type=count, default=512),
        option("--num", "how many texts (default: 5)", type=count, default=5),
        LONGEST,
        *SAMPLING,
        WINDOW,
        SEED,
        option("--label", "of a model of labelled texts: write texts with this label, or of this cluster"),
        option("--nearest", "show the training text nearest to each, and how near it is", action="store_true"),
        DATA_ROOT,
        PRECISION,
        DEVICE,
        JSON,
    ),
    Verb(
        "encode",
        "texts to vectors, each with the length to write it at",
        "vectors:encode",
        RUN,
        FILE,
        UNIT,
        COLUMN,
        option("--out", "write them to this .npz or .jsonl file; without it, a line of JSON each", metavar="FILE"),
        option("--int8", "in eight bits, a scale for each vector, and say what that costs", action="store_true"),
        option("--plus", "add this text's vector to each (may be repeated)", action="append", default=[]),
        option("--minus", "take this text's vector from each (may be repeated)", action="append", default=[]),
        DEVICE,
    ),
    Verb(
        "decode",
        "vectors that encode gave to texts",
        "vectors:decode",
        RUN,
        option(
            "file",
            "an .npz file, lines of JSON, or - for such lines (default: -)",
            metavar="FILE",
            nargs="?",
            default="-",
        ),
        DEVICE,
        JSON,
    ),
    Verb(
        "reconstruct",
        "texts through their vectors and back, what is wrong being marked",
        "vectors:reconstruct",
        RUN,
        FILE,
        UNIT,
        COLUMN,
        option("--num-beams", "search with so many beams, token by token (default: 1)", type=count, default=1),
        option("--posterior", "a VAE's mean, or a sample (default: mean)", default="mean", choices=("mean", "sample")),
        SEED,
        DEVICE,
        JSON,
    ),
    Verb(
        "interpolate",
        "texts between two texts",
        "vectors:interpolate",
        RUN,
        option("first", "the text to begin with", metavar="FIRST"),
        option("last", "the text to end with", metavar="LAST"),
        option("--steps", "how many texts, both ends included (default: 7)", type=count, default=7),
        DEVICE,
        JSON,
    ),
    Verb(
        "classify",
        "each text's labels, or clusters, and their probabilities, likeliest first",
        "measure:classify",
        RUN,
        FILE,
        UNIT,
        COLUMN,
        DEVICE,
        JSON,
    ),
    Verb("translate", "a translation of each line", "write:translate", RUN, FILE, COLUMN, *BEAMS, DEVICE, JSON),
    Verb(
        "complete",
        "every likely completion of a word",
        "write:complete",
        RUN,
        option("--prompt", "the text up to the word's beginning", required=True),
        option("--threshold", "the least probability (default: 0.001)", type=float, default=0.001),
        DEVICE,
        JSON,
    ),
    Verb(
        "inspect",
        "entropy, loss and rank of the truth at each token",
        "measure:inspect",
        RUN,
        option("--text", "a text file, or - for standard input (default: -)", default="-"),
        option("--states", "instead, what the first so many units of a QRNN reader's last layer hold", type=count),
        WINDOW,
        option("--colours", "show the text coloured by one of these", choices=("entropy", "loss", "rank")),
        *COPY_TEST,
        DEVICE,
        JSON,
    ),
    Verb(
        "study",
        "study runs: error, end-of-text, mutation, lengths, data, prior, speed, vectors, plane, mixtures, by-label "
        "or text",
        "study:study",
        option("name", "which study", metavar="NAME"),
        option("runs", "the runs' folders", metavar="RUN", nargs="+"),
        option("--out", "the file of JSON, which octavo figure draws", metavar="FILE", required=True),
        option("--samples", "texts of each split, chosen by chance (default: 1000)", type=count, default=1000),
        option("--longest", "the most tokens of a text (default: as in training)", type=count),
        option("--stretches", "random stretches of longer texts too, not whole texts alone", action="store_true"),
        option("--num-beams", "beams of writers that go token by token (default: 2)", type=count, default=2),
        option("--seed", "another seed, other texts (default: 0)", type=int, default=0),
        THREADS,
        option("--text", "the file of the study text", metavar="FILE"),
        *COPY_TEST,
        DEVICE,
        DATA_ROOT,
        JSON,
    ),
    Verb(
        "figure",
        "draw a figure of runs, or of what study, inspect or bench wrote as JSON",
        "lists:figure",
        option(
            "name",
            "which figure (one that is not known names them all): learning is of runs too, the others of JSON",
            metavar="NAME",
        ),
        option("runs", "the runs' folders, or files of JSON", metavar="RUN", nargs="+"),
        option("--out", "the picture's file", required=True),
    ),
    Verb(
        "export",
        "weights, configuration and model card in one folder",
        "lists:export",
        RUN,
        option("--out", "the folder", required=True),
        DEVICE,
    ),
    Verb(
        "bench",
        "measure speed: the machine's ceilings, then each part against them and stock PyTorch",
        "bench:bench",
        option(
            "name",
            f"{', '.join(BENCHES)} (default: all)",
            metavar="NAME",
            nargs="?",
            default="all",
            choices=BENCHES,
        ),
        option("--out", "write the figures to this JSON file too", metavar="FILE"),
        THREADS,
        DEVICE,
        JSON,
    ),
    Verb(
        "reproduce",
        "the papers' tables and figures: list them, run one, or write the page of results",
        "reproduce:reproduce",
        option("name", "a table or figure, qrnn-table2 say (default: list them all)", metavar="NAME", nargs="?"),
        option("--budget", "full, tiny, or a time that its rows share, such as 30m (default: full)", default="full"),
        option("--stand-in", "train on data that is at hand where the paper's is not", action="store_true"),
        option("--jobs", "how many trainings side by side (default: 1)", type=count, default=1),
        option("--report", "write README.md in the folder of results, and run nothing", action="store_true"),
        option("--results", "where results are (default: results)", default="results", metavar="DIR"),
        option("--runs", "where the runs go (default: runs/reproduce)", default="runs/reproduce", metavar="DIR"),
        DEVICE,
        DATA_ROOT,
        JSON,
    ),
    Verb(
        "data",
        "list named corpora, get one, or prepare one for training",
        "data:data",
        option("action", "list, get or prepare", metavar="ACTION", choices=("list", "get", "prepare")),
        option("name", "a corpus, or a file for prepare", metavar="NAME", nargs="?"),
        option("--codec", "bytes, escaped, characters or words (default: bytes)", default="bytes", choices=CODECS),
        ERRORS,
        option("--unit", "stream, lines, paragraphs or documents", choices=("stream", *UNITS)),
        option("--text-column", "a table's column that holds the text (default: text)", default="text"),
        DATA_ROOT,
        JSON,
    ),
)


def build_parser() -> Parser:
    """The whole command line."""
    parser = Parser(prog="octavo", description="Text models that need no tokenizer: train, evaluate, sample, inspect.")
    parser.add_argument("--version", action="version", version=_version())
    parser.add_argument("--debug", action="store_true", help="show where an error came from")
    verbs = parser.add_subparsers(dest="verb", metavar="COMMAND", required=True)
    for verb in VERBS:
        command = verbs.add_parser(verb.name, help=verb.about, description=f"{verb.about[0].upper()}{verb.about[1:]}.")
        for name, settings in verb.options:
            command.add_argument(name, **settings)
        command.add_argument("--debug", action="store_true", help="show where an error came from")
        command.set_defaults(run=verb.run, verb=verb.name)
    parser.verbs = dict(verbs.choices)
    return parser


def _version() -> str:
    from octavo import __version__

    return __version__

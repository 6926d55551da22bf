"""What runs give and what they take, side by side: the cost of texts, and how fast they learn and write. B texts."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import torch

from octavo.bench.timing import medians
from octavo.data.batching import Batches
from octavo.data.prepare import prepare
from octavo.interfaces import OneShot, Writer
from octavo.latents import longest_trained
from octavo.measuring import Measuring, evaluate
from octavo.models import build_model
from octavo.runs import Run
from octavo.studies.samples import StudyConfig
from octavo.training.memory import keep_memory
from octavo.training.trainer import Trainer

AT_ONCE = (1, 32)  # texts that are written side by side
LONGEST = 128  # tokens, where training had no bound
TURN = 0.3  # seconds of updates before it is another run's turn
GIVEN = (
    "bits_per_character",
    "bits_per_byte",
    "reconstruction",
    "kl",
    "mutual_information",
    "latent_texts",
    "active_units",
)


def speed(runs: Sequence[Run], settings: StudyConfig) -> list[dict[str, Any]]:
    """Metrics of the whole test split, milliseconds an update takes, and tokens a second of texts chosen greedily.

    The runs take turns, so that what else the machine does falls on all alike. What does not write from nothing, token
    by token, is not asked how fast it does.
    """
    learning, writing = _learning(runs), _writing(runs, settings)
    figures = [evaluate(run, "test", rows=32, measuring=Measuring(texts=settings.samples)) for run in runs]
    return [
        {"test": {name: given[name] for name in GIVEN if name in given} | learned | written}
        for given, learned, written in zip(figures, learning, writing, strict=True)
    ]


def _learning(runs: Sequence[Run]) -> list[dict[str, float]]:
    keep_memory()
    trainers = [trainer_of(run) for run in runs]
    taken = medians({number: trainer.update for number, trainer in enumerate(trainers)}, seconds=TURN)
    return [{"ms_per_update": round(1e3 * taken[number], 1)} for number in range(len(runs))]


def trainer_of(run: Run) -> Trainer:
    """A training of the run's recipe from its first batch on, which nobody logs, evaluates or keeps."""
    recipe, alphabet = run.recipe, run.codec.alphabet
    data, seed = prepare(recipe.data, codec=run.codec), recipe.training.seed
    torch.manual_seed(seed)
    return Trainer(
        model=build_model(recipe.model, alphabet, len(run.about.label_names)).to(run.device),
        batches=Batches(data.train, recipe.data.batching, alphabet, seed, recipe.data.mutate, run.codec.inside),
        config=recipe.training,
        folder=Path(),
        device=run.device,
        precision="fp32",
        readable=lambda totals, split: {},
    )


def _writing(runs: Sequence[Run], settings: StudyConfig) -> list[dict[str, int]]:
    """Of texts of `longest` tokens."""
    lengths = {
        number: settings.longest or longest_trained(run) or LONGEST for number, run in enumerate(runs) if _writes(run)
    }
    works = {
        (number, count): partial(write, runs[number], count, length)
        for count in AT_ONCE
        for number, length in lengths.items()
    }
    taken = medians(works, rounds=5, seconds=0.0)
    rates = {
        number: {f"tokens_per_s_of_{count}": round(count * length / taken[number, count]) for count in AT_ONCE}
        for number, length in lengths.items()
    }
    return [rates[number] | {"written": lengths[number]} if number in rates else {} for number in range(len(runs))]


def _writes(run: Run) -> bool:
    return hasattr(run.model, "condition") and not isinstance(getattr(run.model, "writer", None), OneShot)


@torch.no_grad()
def write(run: Run, count: int, length: int) -> None:
    """So many texts from nothing, side by side, none of which ends before the last."""
    model: Any = run.model
    writer: Writer = model.writer
    token_B = torch.full((count,), run.codec.alphabet.begin, device=run.device)
    state = writer.begin(model.condition(count), count)
    for _ in range(length):
        logits_BV, state = writer.advance(token_B, state)
        token_B = logits_BV.argmax(-1)

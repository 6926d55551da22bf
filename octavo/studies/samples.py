"""What studies are made on: as many texts of each split, chosen by chance."""

from collections.abc import Iterable
from typing import Annotated

import numpy as np
from pydantic import Field, PositiveInt

from octavo.abilities import able
from octavo.config import config
from octavo.data.chosen import sample, sample_stretches
from octavo.data.prepare import prepare
from octavo.data.store import Store
from octavo.latents import longest_trained
from octavo.runs import Run
from octavo.texts import most_tokens

SPLITS = ("train", "test")


@config
class StudyConfig:
    """`samples` texts of each split, none of more than `longest` tokens: without it, the longest of training.

    With `stretches` longer texts are drawn too, and a random stretch of each is taken; without, whole ones alone.
    `num_beams` is for writers that go token by token: the paper's 2 (Zhang & LeCun 2018, §4.1).
    The study of one `text` goes on from its first `given` characters; `copy_test` names a name of it and a made-up one.
    """

    samples: PositiveInt = 1000
    longest: PositiveInt | None = None
    stretches: bool = False
    num_beams: PositiveInt = 2
    seed: Annotated[int, Field(ge=0)] = 0
    text: str | None = None
    given: PositiveInt = 512
    copy_test: str | None = None
    pronoun: str = "she"


def stores(run: Run) -> dict[str, Store]:
    """The run's own data, as the run's codec sees it, split by split."""
    data = prepare(run.recipe.data, codec=run.codec)
    found = {split: getattr(data, split) for split in SPLITS}
    return {split: store for split, store in found.items() if store is not None}


def samples(run: Run, settings: StudyConfig) -> dict[str, list[np.ndarray]]:
    """The ids of the texts of each split, for a run whose model encodes."""
    able(run.model, "encode")
    found = stores(run)
    if settings.longest:
        _refuse_length(settings.longest, found.values(), most_tokens(run.model), settings.stretches)
    return {split: _samples(run, store, settings) for split, store in found.items()}


def _samples(run: Run, store: Store, settings: StudyConfig) -> list[np.ndarray]:
    longest = settings.longest or longest_trained(run)
    if settings.stretches and longest:
        return sample_stretches(store, settings.samples, longest, run.codec.inside, settings.seed)
    return sample(store, settings.samples, longest, settings.seed)


def _refuse_length(longest: int, found: Iterable[Store], most: int, stretches: bool) -> None:
    """What was asked for and cannot be: texts shorter than any there is, or longer than the model takes."""
    shortest = min(int(np.diff(store.offsets).min()) for store in found)
    if longest < shortest and not stretches:
        raise ValueError(f"--longest {longest}: the shortest text has {shortest:,} tokens: raise it, or --stretches")
    if longest > most:
        raise ValueError(f"--longest {longest}: this run's model takes texts of {most:,} tokens at most")

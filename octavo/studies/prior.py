"""What a latent model writes from nothing, how diverse that is, and walks (Semeniuta et al. 2017, Tables 1, 2, 4–6)."""

from itertools import islice
from typing import Any

import numpy as np

from octavo.evaluation.diversity import diversity
from octavo.latents import longest_trained
from octavo.pretrained import Pretrained
from octavo.runs import Run
from octavo.studies.samples import StudyConfig, samples
from octavo.texts import spoken

SHOWN, WALKS, STEPS = 20, 4, 7


def prior(run: Run, settings: StudyConfig) -> dict[str, Any]:
    """Texts from draws of the prior, the likeliest token at each step as the paper takes it, or sampled.

    Of documents, held-out texts stand beside them as a measure, and pairs of those are walked between, from the one
    as it is to the other.
    """
    model, longest = Pretrained(run), settings.longest or longest_trained(run) or 256
    written = {
        how: model.generate("", settings.samples, max_new_tokens=longest, do_sample=sampled, seed=settings.seed)
        for how, sampled in (("greedy", False), ("sampled", True))
    }
    if run.codec.alphabet.end is None:
        return {how: _described(texts) for how, texts in written.items()}
    held_out = [_without_end(run, ids) for ids in samples(run, settings)["test"]]
    pairs = zip(held_out[::2], held_out[1::2], strict=False)
    walks = [
        [first, *model.interpolate(first, last, steps=STEPS, max_new_tokens=longest), last]
        for first, last in islice(pairs, WALKS)
    ]
    return {**{how: _described(texts) for how, texts in {**written, "held_out": held_out}.items()}, "walks": walks}


def _described(texts: list[str]) -> dict[str, Any]:
    return {"texts": len(texts), **diversity(texts), "first": texts[:SHOWN]}


def _without_end(run: Run, ids: np.ndarray) -> str:
    return spoken(run, ids[:-1].tolist())

"""What comes back of texts with replaced bytes: the text, what was read, or neither (Zhang & LeCun 2018, Figure 5).

A copier's error against the truth is the share that was replaced, and against what it read is none. A model that mends
falls under that diagonal.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from octavo import latents
from octavo.data.mutation import mutated_text
from octavo.evaluation.reconstruction import Reconstruction
from octavo.runs import Run
from octavo.studies.samples import StudyConfig, samples

SHARES = [round(0.1 * tenth, 1) for tenth in range(11)]


def mutation(run: Run, settings: StudyConfig) -> dict[str, Any]:
    """Of each split a row for each probability of a replacement."""
    return {
        split: [_row(run, ids, share, settings) for share in SHARES] for split, ids in samples(run, settings).items()
    }


def _row(run: Run, ids: Sequence[np.ndarray], share: float, settings: StudyConfig) -> dict[str, Any]:
    chances = [np.random.default_rng([settings.seed, number]) for number in range(len(ids))]
    alphabet = run.codec.alphabet
    read = [mutated_text(one, alphabet, share, chance) for one, chance in zip(ids, chances, strict=True)]
    found = latents.reconstruct(run, ids, settings.num_beams, read)
    copied = [Reconstruction(other, one.made_L) for one, other in zip(found, read, strict=True)]
    replaced = [Reconstruction(one, other) for one, other in zip(ids, read, strict=True)]
    pairs = {"replaced": replaced, "error_against_truth": found, "error_against_read": copied}
    error = f"{run.codec.unit}_error"
    shares = {name: latents.totals_of(run, one)[error].value for name, one in pairs.items()}
    return {"share": share, "texts": len(ids), **shares}

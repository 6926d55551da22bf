"""How much of texts comes back wrong (Zhang & LeCun 2018, Tables 2 to 6)."""

from typing import Any

from octavo import latents
from octavo.runs import Run
from octavo.studies.samples import StudyConfig, samples


def error(run: Run, settings: StudyConfig) -> dict[str, Any]:
    """Of each split the shares of wrong positions, of exact texts and of valid UTF-8."""
    return {
        split: {"texts": len(ids), "longest": max(map(len, ids)), **latents.errors(run, ids, settings.num_beams)}
        for split, ids in samples(run, settings).items()
    }

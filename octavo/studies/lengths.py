"""How the error depends on a text's length (Zhang & LeCun 2018, §4.4 and Figure 6). N texts."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from octavo import latents
from octavo.evaluation.reconstruction import Reconstruction, wrong
from octavo.interfaces import Mean
from octavo.runs import Run
from octavo.studies.samples import StudyConfig, samples

BIN = 64  # tokens, the end among them, so that edges of bins are edges of levels


def lengths(run: Run, settings: StudyConfig) -> dict[str, Any]:
    """Of each split the error in each bin of lengths; what training did not reach is beyond the longest of it."""
    trained = latents.longest_trained(run)
    found = {
        split: errors_by_length(latents.reconstruct(run, ids, settings.num_beams))
        for split, ids in samples(run, settings).items()
    }
    return {"longest_trained": trained, **found}


def errors_by_length(reconstructions: Iterable[Reconstruction]) -> list[dict[str, Any]]:
    """A row for each bin that has texts: those of more than `up_to` − BIN tokens, and of at most `up_to`."""
    bins: dict[int, list[np.ndarray]] = {}
    for one in reconstructions:
        bins.setdefault(upper_edge(len(one.truth_L)), []).append(wrong(one))
    return [
        {"up_to": edge, "texts": len(found), "error": Mean(sum(map(np.sum, found)), sum(map(len, found))).value}
        for edge, found in sorted(bins.items())
    ]


def upper_edge(length: int) -> int:
    """The bin of a length.

    >>> [upper_edge(length) for length in (1, 64, 65)]
    [64, 64, 128]
    """
    return -(-length // BIN) * BIN

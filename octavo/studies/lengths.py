"""How the error depends on a text's length (Zhang & LeCun 2018, §4.4 and Figure 6). N texts."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from octavo import latents
from octavo.evaluation.reconstruction import Reconstruction, wrong
from octavo.interfaces import Mean
from octavo.runs import Run
from octavo.studies.samples import StudyConfig, samples

BINS = 16  # the paper's, of 64 tokens up to 1,024, the end among them: so edges of bins are edges of levels
LAST = 1024  # tokens: the paper's longest


def lengths(run: Run, settings: StudyConfig) -> dict[str, Any]:
    """Of each split the error in each bin of lengths; what training did not reach is beyond the longest of it."""
    trained = latents.longest_trained(run)
    width = max(1, (settings.longest or trained or LAST) // BINS)
    found = {
        split: errors_by_length(latents.reconstruct(run, ids, settings.num_beams), width)
        for split, ids in samples(run, settings).items()
    }
    return {"longest_trained": trained, **found}


def errors_by_length(reconstructions: Iterable[Reconstruction], width: int) -> list[dict[str, Any]]:
    """A row for each bin that has texts: those of more than `up_to` − width tokens, and of at most `up_to`."""
    bins: dict[int, list[np.ndarray]] = {}
    for one in reconstructions:
        bins.setdefault(upper_edge(len(one.truth_L), width), []).append(wrong(one))
    return [
        {"up_to": edge, "texts": len(found), "error": Mean(sum(map(np.sum, found)), sum(map(len, found))).value}
        for edge, found in sorted(bins.items())
    ]


def upper_edge(length: int, width: int) -> int:
    """The bin of a length.

    >>> [upper_edge(length, 64) for length in (1, 64, 65)]
    [64, 64, 128]
    """
    return -(-length // width) * width

"""What a run is trained and tested on (Zhang & LeCun 2018, Table 1 and Figure 7). N texts."""

from typing import Any

import numpy as np

from octavo.data.store import Store
from octavo.runs import Run
from octavo.studies.lengths import BINS, LAST
from octavo.studies.samples import StudyConfig, stores

BIN = LAST // BINS


def corpus(run: Run, settings: StudyConfig) -> dict[str, Any]:
    """Of each split how many texts, and how long they are."""
    return {"unit": run.codec.unit, **{split: facts(store) for split, store in stores(run).items()}}


def facts(store: Store) -> dict[str, Any]:
    """Texts, bytes, and a histogram of lengths in tokens, the end among them."""
    lengths_N = np.diff(store.offsets)
    edges = range(BIN, LAST + 1, BIN)
    counts = [int(((lengths_N > edge - BIN) & (lengths_N <= edge)).sum()) for edge in edges]
    return {
        "texts": len(store),
        "bytes": store.bytes,
        "mean_length": float(lengths_N.mean()),
        "median_length": float(np.median(lengths_N)),
        "longest": int(lengths_N.max()),
        "share_up_to_1024": float((lengths_N <= LAST).mean()),
        "histogram": [{"up_to": edge, "texts": count} for edge, count in zip(edges, counts, strict=True)],
        "longer": int((lengths_N > LAST).sum()),
    }

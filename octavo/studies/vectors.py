"""What vectors take: the time to make them, and what eight bits of each number leave of the texts. N texts."""

import time
from typing import Any

from octavo import latents
from octavo.latent_files import eight_bits_cost
from octavo.runs import Run
from octavo.studies.samples import StudyConfig, samples

COMPARED = 256  # texts that are written back, with and without eight bits
MANY = 10_000  # paragraphs: the time for them is that of those here, times as many


def vectors(run: Run, settings: StudyConfig) -> dict[str, Any]:
    """Of held-out texts how many become vectors in a second, and the errors of the first of them."""
    ids = samples(run, settings)["test"]
    latents.encode(run, ids[:1])  # what the first call alone takes is no part of it
    started = time.perf_counter()
    made = latents.encode(run, ids)
    seconds = time.perf_counter() - started
    whole, eight = eight_bits_cost(run, ids[:COMPARED], made)
    return {
        "test": {
            "texts": len(ids),
            "tokens": sum(map(len, ids)),
            "positions": int(made.levels_N.sum()),  # with the padding of those that are written at once
            "width": made.vectors_NZ.shape[1],
            "texts_per_s": round(len(ids) / seconds, 1),
            f"seconds_for_{MANY}": round(seconds * MANY / len(ids), 1),
            "texts_compared": min(len(ids), COMPARED),
            "error": whole,
            "error_in_eight_bits": eight,
        }
    }

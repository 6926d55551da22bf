"""What runs give and what they take, side by side: the cost of texts, and how fast they write. B texts."""

from functools import partial
from typing import Any

import torch

from octavo.bench.timing import medians
from octavo.interfaces import OneShot, Writer
from octavo.latents import longest_trained
from octavo.measuring import Measuring, evaluate
from octavo.pretrained import able
from octavo.runs import Run
from octavo.studies.samples import StudyConfig

AT_ONCE = (1, 32)  # texts that are written side by side
LONGEST = 128  # tokens, where training had no bound
GIVEN = (
    "bits_per_character",
    "bits_per_byte",
    "reconstruction",
    "kl",
    "mutual_information",
    "latent_texts",
    "active_units",
)


def speed(run: Run, settings: StudyConfig) -> dict[str, Any]:
    """Metrics of the whole test split, and tokens a second of texts of `longest` tokens, chosen greedily."""
    able(run.model, "condition")
    writer: Any = run.model.writer
    if isinstance(writer, OneShot):
        raise ValueError("a one-shot writer gives all tokens at once: how fast it writes one by one cannot be asked")
    length = settings.longest or longest_trained(run) or LONGEST
    works = {f"texts_{count}": partial(write, run, count, length) for count in AT_ONCE}
    taken = medians(works, rounds=5, seconds=0.0)
    rates = {
        f"tokens_per_s_of_{count}": round(count * length / taken[name])
        for count, name in zip(AT_ONCE, works, strict=True)
    }
    figures = evaluate(run, "test", rows=32, measuring=Measuring(texts=settings.samples))
    return {"test": {name: figures[name] for name in GIVEN if name in figures} | rates | {"written": length}}


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

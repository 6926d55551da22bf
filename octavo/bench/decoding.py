"""Writing one token at a time from a kept state, against running the whole text again for every token.

L length, B batch.
"""

from collections.abc import Iterator
from functools import partial
from typing import Any

import torch
from torch import Tensor

from octavo.bench.timing import medians
from octavo.interfaces import Alphabet, Writer
from octavo.recipes.dilated_vae import DILATIONS
from octavo.writers import WriterConfig, build_writer
from octavo.writers.dilated import DilatedWriterConfig
from octavo.writers.masked import MaskedWriterConfig

# The smallest decoder of Yang et al. (2017), of their 20,000 words and of bytes, a larger one, and a masked one.
WRITERS: dict[str, tuple[WriterConfig, int]] = {
    "SCNN, 20,000 words": (DilatedWriterConfig(dilations=DILATIONS["s"]), 20_000),
    "SCNN, bytes": (DilatedWriterConfig(dilations=DILATIONS["s"]), 257),
    "MCNN, bytes": (DilatedWriterConfig(dilations=DILATIONS["m"]), 257),
    "masked, bytes": (MaskedWriterConfig(), 257),
}
SIZES = ((64, 100), (1, 1_000))  # texts side by side, and tokens of each
SAMPLED = 3  # lengths at which a whole text is run again: between them its time is a straight line


def rows(device: torch.device) -> Iterator[dict[str, Any]]:
    """A row for each writer and size: tokens per second kept and recomputed, their ratio, and the output's share."""
    for name, (config, ids) in WRITERS.items():
        writer = build_writer(config, Alphabet(ids, 0)).to(device).eval()
        for batch, tokens in SIZES:
            yield {
                "writer": name,
                "ids": ids,
                "batch": batch,
                "tokens": tokens,
                **_rates(writer, batch, tokens, device),
            }


def _rates(writer: Writer, batch: int, tokens: int, device: torch.device) -> dict[str, Any]:
    """The time of recomputing at every length is the mean of that at the middles of a few stretches of equal length."""
    stretch = tokens // SAMPLED
    lengths = range((stretch + 1) // 2, tokens + 1, stretch)
    texts_LB = torch.zeros(tokens, batch, dtype=torch.long, device=device)
    state_BD = torch.zeros(batch, writer.head.in_features, device=device)
    works = {
        "kept": partial(kept, writer, texts_LB),
        "recomputed": partial(recomputed, writer, texts_LB, lengths),
        "output": partial(_output, writer, state_BD),
    }
    taken = medians(works, rounds=3, seconds=0.0)
    seconds = {"kept": taken["kept"], "recomputed": taken["recomputed"] * tokens / len(lengths)}
    rates = {f"{name}_tokens_per_s": round(batch * tokens / spent) for name, spent in seconds.items()}
    return {
        **rates,
        "ratio": round(seconds["recomputed"] / seconds["kept"], 1),
        "recomputed_lengths": len(lengths),
        "output_share_of_kept": round(taken["output"] * tokens / seconds["kept"], 3),
    }


@torch.no_grad()
def kept(writer: Writer, texts_LB: Tensor) -> Tensor:
    """The logits after a text whose tokens come one by one."""
    logits_BV, state = texts_LB[:0], writer.begin(None, texts_LB.shape[1])
    for token_B in texts_LB:
        logits_BV, state = writer.advance(token_B, state)
    return logits_BV


@torch.no_grad()
def _output(writer: Writer, state_BD: Tensor) -> Tensor:
    """What no way of writing a token can do without."""
    return writer.head(state_BD)


@torch.no_grad()
def recomputed(writer: Writer, texts_LB: Tensor, lengths: range) -> Tensor:
    """The same from the whole text, at each of these lengths: the head sees the last position alone."""
    logits_BV = texts_LB[:0]
    for length in lengths:
        written = writer(texts_LB[:length], writer.begin(None, texts_LB.shape[1]))
        logits_BV = writer.head(written.states_LBD[-1]).float()
    return logits_BV

"""Writing beyond the context, a token at a time: each policy against the loop that recomputes every token.

T12's sizes, a context of 512 that is full, batch 1. L length, B batch, V vocabulary.
"""

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from octavo.bench.timing import medians
from octavo.generation.windows import Window, windowed
from octavo.interfaces import Alphabet, State, Writer
from octavo.writers import WriterConfig, build_writer
from octavo.writers.transformer import ModernTransformerWriterConfig, TransformerWriterConfig

CONFIGS: dict[str, WriterConfig] = {"T12": TransformerWriterConfig(), "T12, modern": ModernTransformerWriterConfig()}


def rows(device: torch.device) -> Iterator[dict[str, Any]]:
    """A row for each writer and policy: milliseconds and tokens a second, and how many times those of `exact`."""
    for name, config in CONFIGS.items():
        writer = build_writer(config, Alphabet(256, 10)).to(device).eval()
        policies: tuple[Window, ...] = ("exact", "roll" if writer.rolls else "half")
        advances: dict[str, Advances] = {policy: Advances(writer, policy) for policy in policies}
        taken = medians(advances, rounds=3, seconds=0.0)
        seconds = {policy: taken[policy] / advances[policy].count for policy in policies}
        for policy in policies:
            yield {
                "writer": name,
                "window": policy,
                "context": writer.context,
                "tokens_per_s": round(1 / seconds[policy], 2),
                "milliseconds": round(1e3 * seconds[policy], 1),
                "times_exact": round(seconds["exact"] / seconds[policy], 1),
            }


class Advances:
    """From a full window, as many tokens as make a round: of `half`, until it is full again, the reading included."""

    def __init__(self, writer: Writer, window: Window) -> None:
        context = writer.context or 0
        self.writer, self.count = windowed(writer, window), {"exact": 1, "roll": 16, "half": context // 2}[window]
        self.token_B = torch.zeros(1, dtype=torch.long, device=writer.head.weight.device)
        with torch.inference_mode():
            full_LB = self.token_B.expand(context, 1)
            self.full: State = self.writer(full_LB, self.writer.begin(None, 1)).state

    @torch.inference_mode()
    def __call__(self) -> Tensor:
        state, logits_BV = self.full, self.token_B
        for _ in range(self.count):
            logits_BV, state = self.writer.advance(self.token_B, state)
        return logits_BV

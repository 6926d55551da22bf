"""The well-known small GPT script's configuration for a CPU, in plain PyTorch: what t3-shakespeare is held against.

4 layers, 4 heads, 128 wide, windows of 64, 2,000 batches of 12 of Shakespeare's characters, AdamW from 1e-3 down a
cosine to 1e-4: 1.88 nats on the last tenth of the text, by its author. Training alone is timed.

    python -m tools.small_gpt results/small-gpt-shakespeare.json

L length, B batch, D features, H heads, E features of a head, V vocabulary.
"""

import math
import sys
import time
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from octavo.data.codecs import CharactersConfig
from octavo.data.prepare import DataConfig, prepare
from octavo.environment import environment
from octavo.runs import write_json
from octavo.training.memory import keep_memory

LAYERS, HEADS, WIDTH, BATCH, WINDOW, STEPS = 4, 4, 128, 12, 64, 2000
RATE, LEAST_RATE, WARMUP, DECAY, BETAS, CLIP = 1e-3, 1e-4, 100, 0.1, (0.9, 0.99), 1.0


class Block(nn.Module):
    """x ← x + attention(LN(x));  x ← x + W_2 gelu(W_1 LN(x)), without biases."""

    def __init__(self) -> None:
        super().__init__()
        self.norms = nn.ModuleList(nn.LayerNorm(WIDTH, bias=False) for _ in range(2))
        self.enter, self.leave = nn.Linear(WIDTH, 3 * WIDTH, bias=False), nn.Linear(WIDTH, WIDTH, bias=False)
        self.widen, self.narrow = nn.Linear(WIDTH, 4 * WIDTH, bias=False), nn.Linear(4 * WIDTH, WIDTH, bias=False)

    def forward(self, x_BLD: Tensor) -> Tensor:
        q, k, v = (
            part.unflatten(2, (HEADS, -1)).transpose(1, 2) for part in self.enter(self.norms[0](x_BLD)).chunk(3, dim=-1)
        )
        y_BHLE = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x_BLD = x_BLD + self.leave(y_BHLE.transpose(1, 2).flatten(2))
        return x_BLD + self.narrow(F.gelu(self.widen(self.norms[1](x_BLD))))


class GPT(nn.Module):
    """Learned positions, blocks, a last norm, the embedding once more as output; weights of N(0, 0.02²)."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.embedding, self.positions = nn.Embedding(size, WIDTH), nn.Embedding(WINDOW, WIDTH)
        self.blocks = nn.Sequential(*(Block() for _ in range(LAYERS)))
        self.norm = nn.LayerNorm(WIDTH, bias=False)
        for name, weight in self.named_parameters():
            if weight.ndim == 2:
                added = name.endswith(("leave.weight", "narrow.weight"))
                nn.init.normal_(weight, std=0.02 / math.sqrt(2 * LAYERS) if added else 0.02)

    def forward(self, x_BL: Tensor) -> Tensor:
        states_BLD = self.blocks(self.embedding(x_BL) + self.positions.weight[: x_BL.shape[1]])
        return F.linear(self.norm(states_BLD), self.embedding.weight)


def main(path: Path) -> None:
    torch.manual_seed(1337)
    torch.set_num_threads(1)
    keep_memory()
    data = prepare(DataConfig(train="tinyshakespeare", codec=CharactersConfig()))
    assert data.valid is not None
    train, valid = (torch.from_numpy(store.tokens.astype("int64")) for store in (data.train, data.valid))
    model = GPT(data.codec.alphabet.size)
    started, worked = time.monotonic(), time.process_time()
    learn(model, train)
    facts = {
        "what": f"{__doc__.splitlines()[0]}",  # type: ignore[union-attr]
        "parameters": sum(weight.numel() for weight in model.parameters()),
        "steps": STEPS,
        "tokens_trained": STEPS * BATCH * WINDOW,
        "wall_seconds": round(time.monotonic() - started, 1),
        "processor_seconds": round(time.process_time() - worked, 1),
        "windows": {"window": WINDOW, "nats": nats(model, valid)},
    }
    print(facts)
    write_json(path, {**facts, "hardware": environment(torch.device("cpu"), "fp32")})


def learn(model: GPT, text: Tensor) -> None:
    groups = [{"params": [w for w in model.parameters() if (w.ndim > 1) == many]} for many in (True, False)]
    groups[1]["weight_decay"] = 0.0  # type: ignore[assignment]
    optimizer = torch.optim.AdamW(groups, betas=BETAS, weight_decay=DECAY, fused=True)
    for step in range(STEPS):
        for group in optimizer.param_groups:
            group["lr"] = rate(step)
        starts_B1 = torch.randint(len(text) - WINDOW, (BATCH, 1))
        x_BL = text[starts_B1 + torch.arange(WINDOW + 1)]
        F.cross_entropy(model(x_BL[:, :-1]).flatten(0, 1), x_BL[:, 1:].flatten()).backward()
        nn.utils.clip_grad_norm_(model.parameters(), CLIP)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        if step % 100 == 0:
            print(f"step {step}", file=sys.stderr, flush=True)


def rate(step: int) -> float:
    if step < WARMUP:
        return RATE * (step + 1) / (WARMUP + 1)
    done = (step - WARMUP) / (STEPS - WARMUP)
    return LEAST_RATE + 0.5 * (1 + math.cos(math.pi * done)) * (RATE - LEAST_RATE)


@torch.no_grad()
def nats(model: GPT, text: Tensor) -> float:
    """The mean over all positions of windows that follow one another, each knowing nothing of those before it."""
    count = (len(text) - 1) // WINDOW
    x_NL, y_NL = (text[begin : begin + count * WINDOW].view(count, WINDOW) for begin in (0, 1))
    total = sum(
        F.cross_entropy(model(x_NL[part]).flatten(0, 1), y_NL[part].flatten(), reduction="sum").item()
        for part in torch.arange(count).split(64)
    )
    return total / y_NL.numel()


if __name__ == "__main__":
    main(Path(sys.argv[1]))

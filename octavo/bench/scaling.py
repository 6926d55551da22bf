"""How cost grows: a training step's time and memory a token against length, texts, vocabulary and depth; and a corpus.

Each system is a language model 128 wide; what is varied starts from 4 texts of 256 of 256 ids, 2 layers;
of the longest texts there is one.
L length, B batch.
"""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch

from octavo.bench.memory import kept
from octavo.bench.timing import medians
from octavo.data.codecs import BytesConfig
from octavo.data.files import FilesConfig
from octavo.data.prepare import DataConfig, prepare
from octavo.interfaces import Alphabet, Batch, Progress
from octavo.models import build_model
from octavo.models.language_model import LanguageModelConfig
from octavo.writers import WriterConfig
from octavo.writers.dilated import DilatedWriterConfig
from octavo.writers.lstm import LSTMWriterConfig
from octavo.writers.qrnn import QRNNWriterConfig
from octavo.writers.transformer import ModernTransformerWriterConfig

START = {"length": 256, "batch": 4, "vocabulary": 256, "depth": 2}
VARIED = {
    "length": (32, 128, 512, 2048, 8192),
    "batch": (1, 4, 16, 64),
    "vocabulary": (256, 2_000, 10_000, 50_000),
    "depth": (1, 2, 4, 8),
}
CONTEXT = 8192
LONG = 2048  # positions: of a text that is longer there is one
CORPORA = (1, 10, 100, 1000)  # MB
Row = dict[str, Any]


def rows(device: torch.device) -> Iterator[Row]:
    """A row for each system and size: microseconds a token, and the bytes a token that are kept for its backward."""
    for varied, sizes in VARIED.items():
        for size in sizes:
            for system, writer in _writers(size if varied == "depth" else START["depth"]).items():
                yield _row(system, writer, {**START, varied: size}, varied, device)
    for megabytes in CORPORA:
        yield _corpus(megabytes)


def _writers(depth: int) -> dict[str, WriterConfig]:
    return {
        "LSTM": LSTMWriterConfig(width=128, embedding=128, layers=depth),
        "QRNN": QRNNWriterConfig(width=128, embedding=128, layers=depth),
        "transformer": ModernTransformerWriterConfig(width=128, heads=2, filter=512, layers=depth, context=CONTEXT),
        "dilated": DilatedWriterConfig(width=128, embedding=128, dilations=(1, 2, 4, 8, 16, 32, 64, 128)[:depth]),
    }


def _row(system: str, writer: WriterConfig, sizes: dict[str, int], varied: str, device: torch.device) -> Row:
    model = build_model(LanguageModelConfig(writer=writer), Alphabet(sizes["vocabulary"], 0)).to(device)
    texts = sizes["batch"] if sizes["length"] <= LONG else 1
    tokens_LB = torch.randint(sizes["vocabulary"], (sizes["length"], texts), device=device)
    batch = Batch(tokens_LB, torch.full_like(tokens_LB[0], sizes["length"]), tokens_LB[-1])

    def step() -> None:
        model.zero_grad()
        model(batch, Progress()).objective.total.backward()

    seconds = medians({"step": step}, rounds=3, seconds=0.05)["step"]
    return {
        "system": system,
        "varied": varied,
        "size": sizes[varied],
        "us_per_token": round(1e6 * seconds / tokens_LB.numel(), 3),
        "bytes_per_token": round(kept(model, batch) / tokens_LB.numel()),
    }


def _corpus(megabytes: int) -> Row:
    """Seconds to encode a text of so many MB, as microseconds a byte, and the bytes on disk of each of its own."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "text.txt"
        line = bytes(range(32, 127)) * 10 + b"\n"
        with source.open("wb") as file:
            for _ in range(megabytes * 1_000_000 // len(line)):
                file.write(line)
        size = source.stat().st_size
        config = DataConfig(train=str(source), files=FilesConfig(unit="stream"), codec=BytesConfig())
        began = time.perf_counter()
        prepare(config, cache=Path(folder))
        seconds = time.perf_counter() - began
        kept = sum(path.stat().st_size for path in (Path(folder) / "texts").rglob("*") if path.is_file())
    return {
        "system": "preparing",
        "varied": "corpus, MB",
        "size": megabytes,
        "us_per_token": round(1e6 * seconds / size, 4),
        "bytes_per_token": round(kept / size, 2),
    }

"""A training step of the recursive autoencoder: bytes a second, against plain nn.Conv1d and the product rate.

The plain network is the same one, weights and all, in [B, D, L] with one-hot inputs, nn.Conv1d and nn.MaxPool1d, fp32.
Both steps are whole: forward, backward, clipping and the recipe's optimizer, which is PyTorch's own in the plain one.

Shapes: L length, B batch, D features, V symbols, Z = positions × D, N = L × B.
"""

import resource
from collections.abc import Iterator
from functools import partial
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from octavo.bench.timing import medians
from octavo.bench.update import Step, step_of, stock_step_of
from octavo.data.codecs import Escaped
from octavo.interfaces import Batch
from octavo.layers.levels import halvings, padded
from octavo.layers.recursion import Halving, Shared, from_vector, to_vector
from octavo.layers.residual import (
    TAPS,
    Convolution,
    DoublingConvolution,
    Pair,
    SymbolConvolution,
    SymbolVectors,
)
from octavo.models.autoencoder import Autoencoder, AutoencoderConfig
from octavo.ops.halving import fold
from octavo.readers.recursive import RecursiveReader, RecursiveReaderConfig
from octavo.recipes import recipe
from octavo.training.optimizers import SGDConfig
from octavo.training.precision import DTYPES, Resolved, resolve_precision
from octavo.training.trainer import TrainingConfig
from octavo.writers.recursive import RecursiveWriter, RecursiveWriterConfig

ALPHABET = Escaped(documents=True).alphabet
SHAPES = ((2, 256, 16), (8, 1024, 16))  # n, length, batch
MIXED = (128, 256, 512, 1024)  # lengths that come by turns, as many positions of each
POSITIONS = 2048
WIDTH = 256
RATE = 1e-4  # so low that nothing blows up on texts made of chance


class PlainAutoencoder(nn.Module):
    """The readable twin of a model as wide as its alphabet, with its weights, for texts of one level."""

    def __init__(self, model: Autoencoder) -> None:
        super().__init__()
        reader, writer = model.reader, model.writer
        assert isinstance(reader, RecursiveReader)
        assert isinstance(writer, RecursiveWriter)
        self.positions, self.symbols = reader.positions, reader.padding
        self.read, self.halving, self.sum_up = _plain(reader.prefix), _plain(_group(reader)), reader.postfix
        self.begin, self.doubling, self.write = writer.prefix, _plain(_group(writer)), _plain(writer.postfix)

    def forward(self, batch: Batch) -> Tensor:
        """The same objective: the mean over texts of each one's mean nats."""
        length = len(batch.tokens_LB)
        ids_LB = padded(batch.tokens_LB, batch.lengths_B, length, self.symbols)
        x_BDL = self.read(F.one_hot(ids_LB, self.symbols + 1)[..., : self.symbols].float().permute(1, 2, 0))
        times = halvings(length, self.positions)
        for _ in range(times):
            x_BDL = self.halving(x_BDL)
        z_BZ = self.begin(self.sum_up(to_vector(x_BDL.permute(2, 0, 1))))
        x_BDL = from_vector(z_BZ, self.positions).permute(1, 2, 0)
        for _ in range(times):
            x_BDL = self.doubling(x_BDL)
        nats_BL = F.cross_entropy(self.write(x_BDL), batch.tokens_LB.T, reduction="none") * batch.valid_LB.T
        return (nats_BL.sum(1) / batch.lengths_B).mean()


def rows(device: torch.device) -> Iterator[dict[str, Any]]:
    """A row for each shape and precision; of a quarter of the texts where there are no fast bf16 products."""
    fast = resolve_precision("auto", device)
    precisions: tuple[Resolved, ...] = ("fp32", fast)
    for n, length, batch in SHAPES:
        for precision in dict.fromkeys(precisions):
            yield row(device, n, length, batch if fast == "bf16" else batch // 4, precision)
    yield mixed_row(device, fast)


def row(
    device: torch.device, n: int, length: int, batch: int, precision: Resolved, width: int = WIDTH
) -> dict[str, Any]:
    """A whole step, one of its plain twin, and products of a convolution's own shape, [N, D] by [D, D]."""
    model = autoencoder(n, width).to(device)
    texts = random_texts(length, batch, device)
    x_ND, weight_DD = (
        torch.randn(rows, width, device=device).to(DTYPES[precision]) for rows in (length * batch, width)
    )
    taken = medians(
        {
            "step": partial(step_of(model, _training(), precision, RATE), texts),
            "plain": partial(_plain_step_of(PlainAutoencoder(model).to(device)), texts),
            "product": lambda: x_ND @ weight_DD,
        },
        rounds=3,
        seconds=0.2,
    )
    product_rate = 2 * length * batch * width**2 / taken["product"]
    step_rate = flops(n, length, width) * batch / taken["step"]
    return {
        "n": n,
        "shape": f"{length} x {batch} x {width}",
        "precision": precision,
        "bytes_per_second": round(int(texts.lengths_B.sum()) / taken["step"]),
        "gflops": round(step_rate / 1e9, 1),
        "share_of_product_rate": round(step_rate / product_rate, 3),
        "times_plain_fp32": round(taken["plain"] / taken["step"], 2),
    }


def mixed_row(
    device: torch.device,
    precision: Resolved,
    lengths: tuple[int, ...] = MIXED,
    positions: int = POSITIONS,
    width: int = WIDTH,
) -> dict[str, Any]:
    """Steps of n = 2 whose lengths vary from one to the next, against as many of one length after another.

    Fresh memory at each change of length would show as page faults, of which a CPU's system tells.
    """
    step = step_of(autoencoder(2, width).to(device), _training(), precision, RATE)
    texts = [random_texts(length, positions // length, device) for length in lengths]
    works = {"mixed": lambda: [step(one) for one in texts]}
    taken = medians(
        works | {length: partial(_again, step, one, len(texts)) for length, one in zip(lengths, texts, strict=True)},
        rounds=3,
        seconds=0.2,
    )
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    works["mixed"]()
    faults = resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
    alone = sum(taken[length] for length in lengths) / len(lengths)
    return {
        "n": 2,
        "shape": f"{lengths[0]} to {lengths[-1]} by turns, {positions} positions",
        "precision": precision,
        "bytes_per_second": round(sum(int(one.lengths_B.sum()) for one in texts) / taken["mixed"]),
        "time_of_mixed_lengths": round(taken["mixed"] / alone, 3),
        "page_faults_per_step": round(faults / len(texts)),
    }


def autoencoder(n: int, width: int) -> Autoencoder:
    """The paper's, n layers a group."""
    reader, writer = RecursiveReaderConfig(width=width, depth=n), RecursiveWriterConfig(width=width, depth=n)
    return Autoencoder(AutoencoderConfig(reader=reader, writer=writer, unit="mean"), ALPHABET)


def flops(n: int, length: int, width: int, positions: int = 4) -> float:
    """Of one text's training step: of each product one forward and two backward, the first layer being gathers."""
    convolution = 2 * TAPS * width**2
    levels = [length // 2**k for k in range(halvings(length, positions))]
    reader = (n - 1) * length + n * sum(levels)
    writer = sum((n - 1) * level + level for level in levels) + n * length
    linear = 2 * n * 2 * (positions * width) ** 2
    return 3 * ((reader + writer) * convolution + linear)


def random_texts(length: int, batch: int, device: torch.device) -> Batch:
    """Texts of one level, of which the longest fills it."""
    lengths_B = torch.randint(length // 2 + 1, length + 1, (batch,), device=device)
    lengths_B[0] = length
    tokens_LB = torch.randint(1, ALPHABET.size, (length, batch), device=device)
    tokens_LB[lengths_B - 1, torch.arange(batch, device=device)] = 0
    return Batch(tokens_LB, lengths_B, torch.zeros_like(lengths_B))


def _group(part: RecursiveReader | RecursiveWriter) -> nn.Module:
    assert isinstance(part.levels, Shared)
    return part.levels.group


def _plain(module: nn.Module) -> nn.Module:
    """The same layer in [B, D, L], by PyTorch's own means."""
    match module:
        case Halving():
            return nn.Sequential(_plain(module.pairs), nn.MaxPool1d(2))
        case nn.Sequential():
            return nn.Sequential(*map(_plain, module))
        case Pair():
            return Pair(_plain(module.first), _plain(module.second), _plain(module.skip), module.end)
        case Convolution():
            return _conv1d(module.weight_KDG, module.bias_G)
        case SymbolConvolution():
            return _conv1d(module.weight_KVG, module.bias_G)
        case DoublingConvolution():
            return nn.Sequential(_plain(module.convolution), _Folded())
        case SymbolVectors():
            return nn.Identity()
        case _:
            return _Turned(module)


def _conv1d(weight_KDG: Tensor, bias_G: Tensor) -> nn.Conv1d:
    taps, inputs, outputs = weight_KDG.shape
    layer = nn.Conv1d(inputs, outputs, taps, padding=1)
    layer.weight.data = weight_KDG.detach().permute(2, 1, 0).contiguous()
    layer.bias = nn.Parameter(bias_G.detach().clone())
    return layer


class _Folded(nn.Module):
    def forward(self, x_BGL: Tensor) -> Tensor:
        return fold(x_BGL.permute(2, 0, 1)).permute(1, 2, 0)


class _Turned(nn.Module):
    """What a pair adds, given and taken the other way round."""

    def __init__(self, skip: nn.Module) -> None:
        super().__init__()
        self.skip = skip

    def forward(self, x_BDL: Tensor) -> Tensor:
        return self.skip(x_BDL.permute(2, 0, 1)).permute(1, 2, 0)


def _training() -> TrainingConfig:
    return recipe("recursive-autoencoder").training


def _plain_step_of(model: PlainAutoencoder, rate: float = RATE) -> Step:
    """The recipe's step by PyTorch's own means."""
    config = _training().optimizer
    assert isinstance(config, SGDConfig)
    optimizer = torch.optim.SGD(model.parameters(), rate, momentum=config.momentum, weight_decay=config.weight_decay)
    return stock_step_of(model, optimizer, _training().clip, "fp32")


def _again(step: Step, texts: Batch, times: int) -> None:
    for _ in range(times):
        step(texts)

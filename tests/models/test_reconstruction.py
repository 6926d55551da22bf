"""Shapes: L length, B batch, V vocabulary."""

import dataclasses

import pytest
import torch

from octavo.interfaces import OneShot, Progress
from octavo.layers.residual import Convolution, Linear, SymbolConvolution
from octavo.models.autoencoder import Autoencoder, AutoencoderConfig
from octavo.models.reconstruction import cost, decoded
from octavo.readers.recursive import RecursiveReaderConfig
from octavo.writers.recursive import RecursiveWriterConfig
from tests.asking import assert_same, exactly, gradients
from tests.batches import DOCUMENTS, batch_of, rows_of

LENGTHS = (7, 4, 1, 6, 17, 5)


def recursive(depth: int = 2, width: int = 6, positions: int = 4) -> Autoencoder:
    torch.manual_seed(0)
    sizes = {"depth": depth, "width": width, "positions": positions}
    reader, writer = RecursiveReaderConfig(**sizes), RecursiveWriterConfig(**sizes)
    return exactly(Autoencoder(AutoencoderConfig(reader=reader, writer=writer, unit="mean"), DOCUMENTS))


def test_depth_is_the_papers_160_for_n_8_at_1023_bytes_and_the_end() -> None:
    """Encoder and decoder: 8 layers before, 8 · 8 in eight applications of the group, 8 after them."""
    model, seen = recursive(depth=8, width=2), []
    for layer in model.modules():
        if isinstance(layer, Convolution | Linear | SymbolConvolution):
            layer.register_forward_hook(lambda *call: seen.append(call[0]))
    with torch.no_grad():
        model(dataclasses.replace(batch_of([1024]), source=None), Progress())
    assert len(seen) == 160
    assert len({id(layer) for layer in seen}) == 6 * 8


@pytest.mark.parametrize("depth", [8, 16])
@torch.no_grad()
def test_before_training_every_byte_is_about_as_likely(depth: int) -> None:
    """ln 13 nats: neither 16 layers a group nor six poolings make the first logits large."""
    batch = dataclasses.replace(batch_of([256, 200]), source=None)
    assert 2.2 < float(recursive(depth=depth, width=32)(batch, Progress()).objective.value) < 4


def test_each_text_is_written_at_its_own_level_and_its_end_counts() -> None:
    model, batch = recursive(), dataclasses.replace(batch_of(LENGTHS), source=None)
    assert isinstance(model.writer, OneShot)
    z_BZ = model.encode(batch)
    logits_LBV, told = decoded(model.writer, z_BZ, batch), cost(model.writer, z_BZ, batch, "mean")
    total, wrong = 0.0, 0
    for row, length in enumerate(LENGTHS):
        own_LV = model.writer.decode(z_BZ[[row]], length)[:length, 0]
        assert_same(logits_LBV[:length, row], own_LV)
        nats_L = -own_LV.log_softmax(-1)[range(length), batch.tokens_LB[:length, row]]
        assert_same(told.nats_LB[:length, row], nats_L)
        assert nats_L[length - 1] > 0
        total, wrong = total + nats_L.mean(), wrong + (own_LV.argmax(-1) != batch.tokens_LB[:length, row]).sum()
    assert_same(told.total, total)
    assert told.metrics["error"].total == wrong
    assert told.metrics["error"].count == sum(LENGTHS)


def test_the_gradient_of_a_batch_is_the_mean_of_its_texts_gradients() -> None:
    model, batch = recursive(), dataclasses.replace(batch_of(LENGTHS), source=None)
    singles = [gradients(model, rows_of(batch, [row])) for row in range(len(LENGTHS))]
    for whole, *parts in zip(gradients(model, batch), *singles, strict=True):
        assert_same(whole / len(LENGTHS), torch.stack(parts).mean(0))

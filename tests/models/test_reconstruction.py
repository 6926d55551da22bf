"""Shapes: L length, B batch, V vocabulary, P parameters, S steps."""

import dataclasses

import pytest
import torch
from torch import Tensor, nn

from octavo.data.codecs import Escaped
from octavo.interfaces import Batch, OneShot, Progress
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


def learning_in(dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    """The first gradient of n = 8, in small, and the nats of 30 updates on eight lines of 55 to 62 bytes."""
    torch.manual_seed(0)
    codec, sides = Escaped(documents=True), (RecursiveReaderConfig(width=16), RecursiveWriterConfig(width=16))
    model = Autoencoder(AutoencoderConfig(reader=sides[0], writer=sides[1], unit="mean"), codec.alphabet)
    lines = [f"the {n} of {n * n} and to be or not to be, that is the question"[: 55 + n].encode() for n in range(8)]
    tokens_LB = nn.utils.rnn.pad_sequence([torch.tensor([*line, codec.alphabet.end]) for line in lines])
    batch = Batch(tokens_LB, torch.tensor([len(line) + 1 for line in lines]), torch.zeros(8, dtype=torch.long))
    optimizer = torch.optim.AdamW(model.parameters(), lr=4e-3)
    steps, nats = [], []
    for _ in range(30):
        with torch.autocast("cpu", dtype, enabled=dtype != torch.float32):
            objective = model(batch, Progress()).objective
        optimizer.zero_grad()
        (objective.total / objective.count).backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        steps.append(nn.utils.parameters_to_vector([weight.grad for weight in model.parameters()]))  # type: ignore[misc]
        optimizer.step()
        nats.append(objective.value)
    return steps[0], torch.tensor(nats)


@pytest.mark.slow
def test_half_precision_learns_as_single_does() -> None:
    """Of a gradient it is off by 3 to 5% (docs/LOG.md), and after 30 updates the loss by less than a sixth."""
    (single_P, single_S), (half_P, half_S) = learning_in(torch.float32), learning_in(torch.bfloat16)
    assert 0 < (half_P - single_P).norm() < 0.06 * single_P.norm()
    assert torch.cosine_similarity(half_P, single_P, dim=0) > 0.998
    for nats_S in (single_S, half_S):
        assert nats_S[-1] < 0.4 * nats_S[0]
    assert half_S[-10:].mean() == pytest.approx(float(single_S[-10:].mean()), rel=0.16)

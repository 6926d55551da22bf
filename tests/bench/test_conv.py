"""Shapes: L length, B batch."""

from typing import Any

import pytest
import torch

from octavo.bench import conv
from octavo.bench.update import step_of
from octavo.interfaces import Progress
from octavo.layers.residual import Convolution, Linear
from octavo.models.autoencoder import Autoencoder, AutoencoderConfig
from octavo.readers.recursive import RecursiveReaderConfig
from octavo.writers.recursive import RecursiveWriter, RecursiveWriterConfig
from tests.bench.conftest import Timed

CPU = torch.device("cpu")
SIZES: dict[str, Any] = {"width": 256, "depth": 2, "positions": 2}


def test_shifted_products_are_the_plain_networks_conv1d_outputs_and_gradients() -> None:
    torch.manual_seed(0)
    config = AutoencoderConfig(
        reader=RecursiveReaderConfig(**SIZES), writer=RecursiveWriterConfig(**SIZES), unit="mean"
    )
    model, texts = Autoencoder(config, conv.ALPHABET), conv.random_texts(8, 3, CPU)
    plain, writer = conv.PlainAutoencoder(model), model.writer
    assert isinstance(writer, RecursiveWriter)
    loss = model(texts, Progress()).objective
    torch.testing.assert_close(plain(texts), loss.total / loss.count)
    plain(texts).backward()
    layer = next(one for one in plain.write.modules() if isinstance(one, torch.nn.Conv1d))
    own = next(one for one in writer.postfix.modules() if isinstance(one, Convolution))
    [wanted] = torch.autograd.grad(loss.total / loss.count, [own.weight_KDG])
    assert layer.weight.grad is not None
    torch.testing.assert_close(layer.weight.grad.permute(2, 1, 0), wanted, rtol=1e-4, atol=1e-6)


def test_both_steps_are_whole_and_change_the_weights_alike() -> None:
    """Twice, for momentum: gradients clipped, weights decayed."""
    torch.manual_seed(0)
    model, texts = conv.autoencoder(2, 256), conv.random_texts(8, 2, CPU)
    plain, writer = conv.PlainAutoencoder(model), model.writer
    assert isinstance(writer, RecursiveWriter)
    # The linear groups are the model's own in its twin: each step is to find them as they began.
    began = {name: weight.clone() for name, weight in model.state_dict().items()}
    own = next(one for one in writer.postfix.modules() if isinstance(one, Convolution))
    layer = next(one for one in plain.write.modules() if isinstance(one, torch.nn.Conv1d))
    plain_step = conv._plain_step_of(plain, rate=0.1)
    for _ in range(2):
        plain_step(texts)
    model.load_state_dict(began)
    step = step_of(model, conv._training(), "fp32", rate=0.1)
    for _ in range(2):
        step(texts)
    torch.testing.assert_close(own.weight_KDG, layer.weight.permute(2, 1, 0), rtol=1e-4, atol=1e-6)
    assert (own.bias_G != 0).any()


def test_a_row_tells_the_step_from_its_twin_and_the_product(timed: Timed, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = conv.random_texts(16, 2, CPU)
    monkeypatch.setattr(conv, "random_texts", lambda *sizes: texts)
    timed(conv, {"step": 0.5, "plain": 2.0, "product": 0.001}.__getitem__)
    row = conv.row(CPU, n=2, length=16, batch=2, precision="fp32", width=256)
    assert row["times_plain_fp32"] == 4
    assert row["bytes_per_second"] == int(texts.lengths_B.sum()) / 0.5
    product_rate = 2 * 16 * 2 * 256**2 / 0.001
    assert row["share_of_product_rate"] == pytest.approx(2 * conv.flops(2, 16, 256) / 0.5 / product_rate, abs=1e-3)


def test_lengths_by_turns_are_held_against_each_alone(timed: Timed) -> None:
    """As many steps of each: 4 by turns in 3 seconds, where 2 of one length take 1 and of the other 4."""
    timed(conv, {"mixed": 3.0, 8: 1.0, 16: 4.0}.__getitem__)
    row = conv.mixed_row(CPU, "fp32", lengths=(8, 16), positions=32, width=256)
    assert row["time_of_mixed_lengths"] == 1.2
    assert row["bytes_per_second"] > 0
    assert row["page_faults_per_step"] >= 0


def test_the_operations_counted_are_those_of_the_layers_that_multiply() -> None:
    """14, 28, 57 and 113 MFLOP a padded byte at 1,024 for n = 2, 4, 8, 16, if the first layer were a product."""
    first = 3 * 2 * 3 * 256**2
    for n, megaflops in {2: 14, 4: 28, 8: 57, 16: 113}.items():
        assert (conv.flops(n, 1024, 256) / 1024 + first) / 1e6 == pytest.approx(megaflops, rel=0.02)
    config = RecursiveReaderConfig(width=4, depth=2)
    seen: list[int] = []
    model = Autoencoder(AutoencoderConfig(reader=config, writer=RecursiveWriterConfig(width=4, depth=2)), conv.ALPHABET)
    for layer in model.reader.modules():
        if isinstance(layer, Convolution):
            layer.register_forward_hook(lambda layer, inputs, output: seen.append(inputs[0].shape[0] * 6 * 4 * 4))
        if isinstance(layer, Linear):
            layer.register_forward_hook(lambda layer, inputs, output: seen.append(2 * layer.weight.numel()))
    model.encode(conv.random_texts(32, 1, CPU))
    by_hand = (1 * 32 + 2 * (32 + 16 + 8)) * 6 * 16 + 2 * 2 * 16 * 16
    assert sum(seen) == by_hand

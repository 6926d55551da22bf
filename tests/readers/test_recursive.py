"""Shapes: L length, B batch, D features."""

import numpy as np
import pytest
import torch
from torch import Tensor

from octavo.data.codecs import Escaped
from octavo.layers.recursion import StaticConfig
from octavo.layers.residual import Convolution
from octavo.ops.halving import Pool
from octavo.readers.recursive import RecursiveReader, RecursiveReaderConfig
from tests.asking import assert_same, exactly
from tests.levels import copied

CODEC = Escaped(documents=True)
SMALL = RecursiveReaderConfig(width=6, depth=2)

TEXTS = {
    "nothing": b"",
    "one byte": b"a",
    "three": b"abc",
    "four": b"abcd",
    "1022": b"x" * 1022,
    "1023": b"x" * 1023,
    "1024": b"x" * 1024,
    "1025": b"x" * 1025,
    "no UTF-8": b"\x80\xfe\xff\xc3(",
    "NUL": b"\x00a\x00\x00",
    "emoji": "🍎👩‍🚀".encode(),
    "Arabic": "كتاب جديد".encode(),
    "Chinese": "苹果很好吃".encode(),
}


def batch_of_texts(texts: list[bytes]) -> tuple[Tensor, Tensor]:
    ids = [[*CODEC.encode(text).tolist(), 0] for text in texts]
    tokens_LB = torch.zeros(max(map(len, ids)), len(ids), dtype=torch.long)
    for column, one in enumerate(ids):
        tokens_LB[: len(one), column] = torch.tensor(one)
    return tokens_LB, torch.tensor([len(one) for one in ids])


@torch.no_grad()
def test_any_text_is_read_and_as_if_it_were_alone() -> None:
    reader = exactly(RecursiveReader(SMALL, CODEC.alphabet))
    together = reader(*batch_of_texts(list(TEXTS.values())))
    assert together.summary_BD.shape == (len(TEXTS), 24)
    assert together.summary_BD.isfinite().all()
    for row, text in enumerate(TEXTS.values()):
        alone = reader(*batch_of_texts([text]))
        assert_same(alone.summary_BD[0], together.summary_BD[row])
    assert len(np.unique(together.summary_BD.numpy().round(9), axis=0)) == len(TEXTS)


@pytest.mark.parametrize("pool", ["max", "average", "l2"])
def test_the_end_and_what_pads_are_seen(pool: Pool) -> None:
    """As in the paper nothing is masked: a byte of 0 is not padding, and biases make padding count."""
    config = RecursiveReaderConfig(width=6, depth=2, pool=pool)
    reader = exactly(RecursiveReader(config, CODEC.alphabet))
    tokens_LB = torch.tensor([[65, 66, 67, 68, 69, 0, 0, 0]]).T
    five, six = (reader(tokens_LB, torch.tensor([length])).summary_BD for length in (6, 7))
    assert not torch.equal(five, six)


def test_halvings_are_those_of_the_group(monkeypatch: pytest.MonkeyPatch) -> None:
    reader, seen = RecursiveReader(SMALL, CODEC.alphabet), []
    forward = Convolution.forward

    def noted(layer: Convolution, x_LBD: Tensor) -> Tensor:
        seen.append(len(x_LBD))
        return forward(layer, x_LBD)

    monkeypatch.setattr(Convolution, "forward", noted)
    reader(*batch_of_texts([b"x" * 31]))
    assert seen == [32, 32, 32, 16, 16, 8, 8]  # the prefix's first convolution is one of symbols


@torch.no_grad()
def test_static_levels_with_the_groups_weights_are_as_recursion_where_the_length_is_theirs() -> None:
    shared = exactly(RecursiveReader(SMALL, CODEC.alphabet))
    static = exactly(
        RecursiveReader(RecursiveReaderConfig(width=6, depth=2, levels=StaticConfig(longest=32)), CODEC.alphabet)
    )
    static.load_state_dict(copied(shared, static))
    long, short = batch_of_texts([b"x" * 20, b"y" * 31]), batch_of_texts([b"x" * 15])
    assert_same(static(*long).summary_BD, shared(*long).summary_BD)
    assert not torch.equal(static(*short).summary_BD, shared(*short).summary_BD)


@pytest.mark.parametrize(
    "config",
    [
        SMALL,
        RecursiveReaderConfig(width=6, depth=4, pool="average"),
        RecursiveReaderConfig(width=6, depth=2, positions=3, pool="l2"),
        RecursiveReaderConfig(width=6, depth=2, levels=StaticConfig(longest=256)),
    ],
)
def test_padding_that_no_text_is_felt_in_is_read_once_for_all(config: RecursiveReaderConfig) -> None:
    """A gradient asks for every position; without one the same vectors come of fewer."""
    reader, seen = exactly(RecursiveReader(config, CODEC.alphabet)), []
    for bias in (one for name, one in reader.named_parameters() if "bias" in name):
        torch.nn.init.normal_(bias)
    reader.prefix.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0].numel()))
    for longest in (3, 20, 70, 100, 140):
        batch = batch_of_texts([bytes([65 + number]) * (longest - number % 3) for number in range(9)])
        whole = reader(*batch)
        with torch.no_grad():
            less = reader(*batch)
        assert_same(less.summary_BD, whole.summary_BD)
        valid_LB = torch.arange(len(batch[0]))[:, None] < batch[1]
        assert_same(less.states_LBD[valid_LB], whole.states_LBD[valid_LB])
    whole, *less = seen[-3:]
    assert sum(less) < 0.9 * whole


def test_signed_summaries_fall_below_zero_and_others_do_not() -> None:
    tokens = batch_of_texts([b"some text"] * 2)
    signed = RecursiveReader(RecursiveReaderConfig(width=6, depth=2, signed=True), CODEC.alphabet)
    assert (signed(*tokens).summary_BD < 0).any()
    assert (RecursiveReader(SMALL, CODEC.alphabet)(*tokens).summary_BD >= 0).all()


@torch.no_grad()
@pytest.mark.parametrize("depth", [8, 16])
def test_half_precision_reads_as_single_does_through_all_layers(depth: int) -> None:
    """Sums of residuals in bf16 must not wander off: n = 8 has 80 layers here, at 1,024 bytes."""
    torch.manual_seed(0)
    reader = RecursiveReader(RecursiveReaderConfig(width=16, depth=depth), CODEC.alphabet)
    texts = batch_of_texts([b"A recursion. " * 78])
    single = reader(*texts).summary_BD
    with torch.autocast("cpu", torch.bfloat16):
        half = reader(*texts).summary_BD.float()
    assert not torch.equal(half, single)
    assert (half - single).norm() < 0.02 * single.norm()

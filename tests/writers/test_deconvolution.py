"""Shapes: L length, B batch, C condition, V vocabulary."""

import torch

from octavo.writers.deconvolution import DeconvolutionWriter, DeconvolutionWriterConfig
from tests.asking import assert_same, exactly
from tests.batches import DOCUMENTS


def written() -> tuple[DeconvolutionWriter, torch.Tensor]:
    torch.manual_seed(0)
    config = DeconvolutionWriterConfig(canvas=5, maps=(10, 12))
    return exactly(DeconvolutionWriter(config, DOCUMENTS, condition=3)), torch.randn(2, 3, dtype=torch.float64)


def test_what_stands_at_a_position_does_not_depend_on_the_length() -> None:
    writer, z_BC = written()
    longest_LBV = writer.decode(z_BC, 12)
    assert longest_LBV.shape == (15, 2, DOCUMENTS.size)
    for length, canvases in ((1, 5), (5, 5), (6, 10)):
        assert_same(writer.decode(z_BC, length), longest_LBV[:canvases])


def test_its_levels_are_whole_canvases() -> None:
    writer, _ = written()
    assert [writer.level(length) for length in (1, 5, 6, 11)] == [5, 5, 10, 15]

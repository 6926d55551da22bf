"""Shapes: L length, B batch, C condition, V vocabulary."""

import pytest
import torch

from octavo import distributed
from octavo.writers.deconvolution import DeconvolutionWriter, DeconvolutionWriterConfig
from tests.asking import assert_same, exactly, without_gradient
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


def test_texts_of_many_levels_learn_together() -> None:
    """Though each level moves the statistics that the later pages of another have used."""
    writer, z_BC = written()
    torch.cat([writer.train().decode(z_BC, length) for length in (5, 10, 15)]).sum().backward()
    assert without_gradient(writer) == []


def test_ranks_whose_levels_differ_would_wait_for_one_another(monkeypatch: pytest.MonkeyPatch) -> None:
    writer, z_BC = written()
    monkeypatch.setattr(distributed, "ranks", lambda: 2)
    assert len(writer.decode(z_BC, 6)) == 10
    with pytest.raises(ValueError, match=r"6 tokens on a canvas of 5: .* raise model\.writer\.canvas"):
        writer.train().decode(z_BC, 6)


def test_its_levels_are_whole_canvases() -> None:
    writer, _ = written()
    assert [writer.level(length) for length in (1, 5, 6, 11)] == [5, 5, 10, 15]

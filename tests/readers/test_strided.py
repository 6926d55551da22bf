"""Shapes: L length, B batch, D features."""

import torch

from octavo.readers.strided import StridedReader, StridedReaderConfig
from tests.asking import assert_same, exactly
from tests.batches import DOCUMENTS, batch_of

SMALL = StridedReaderConfig(width=5, embedding=4, canvas=8, maps=(6, 7))


def test_a_text_of_the_canvas_is_flattened_and_mapped() -> None:
    reader, batch = exactly(StridedReader(SMALL, DOCUMENTS)), batch_of([8, 8])
    places = []
    reader.norms[-1].register_forward_hook(lambda module, given, made: places.append(made.relu()))
    summary_BD = reader(batch.tokens_LB, batch.lengths_B).summary_BD
    [last_SBD] = places
    assert last_SBD.shape == (2, 2, 7)
    assert_same(summary_BD, last_SBD.transpose(0, 1).flatten(1) @ reader.place_SDW.flatten(0, 1))


def test_a_text_beyond_the_canvas_adds_to_its_first_places_again() -> None:
    reader = exactly(StridedReader(SMALL, DOCUMENTS))
    batch = batch_of([12])
    reading = reader(batch.tokens_LB, batch.lengths_B)
    assert reading.states_LBD.shape == (12, 1, 5)
    assert_same(reading.states_LBD[::4].sum(0), reading.summary_BD)


def test_statistics_are_of_what_stands_in_texts_alone() -> None:
    """Padding one text with nothing beside the others leaves every running statistic as it is."""
    batch, means = batch_of([8, 3]), []
    for padding in (0, 5):
        torch.manual_seed(0)
        reader = StridedReader(SMALL, DOCUMENTS).double()
        tokens_LB = torch.cat([batch.tokens_LB, batch.tokens_LB.new_full((padding, 2), 1)])
        reader(tokens_LB, batch.lengths_B)
        means.append(torch.cat([buffer for name, buffer in reader.named_buffers() if name.endswith("mean_D")]))
    assert_same(means[1], means[0])

"""Shapes: L length, B batch, D features, V vocabulary."""

import pytest
import torch
from pydantic import TypeAdapter, ValidationError
from torch import Tensor

from octavo.recipes import dilated_vae
from octavo.writers.dilated import DilatedWriter, DilatedWriterConfig
from tests.batches import DOCUMENTS, perturbed


def open_writer(dilations: tuple[int, ...], window: int = 3, condition: int = 0) -> DilatedWriter:
    """Every weight above zero and each product near a mean, so that no ReLU closes and no influence cancels."""
    torch.manual_seed(0)
    sizes = {"width": 4, "inner": 3, "embedding": 4}
    config = DilatedWriterConfig(**sizes, dilations=dilations, window=window)
    writer = DilatedWriter(config, DOCUMENTS, condition).double().eval()
    for weight in writer.parameters():
        weight.data.uniform_(0.1, 2.0 / max(1, weight.shape[-1]) if weight.ndim > 1 else 0.2)
    return writer


def seen(writer: DilatedWriter, condition_BC: Tensor | None = None) -> list[bool]:
    """Whether each state of a text knows what its first input was."""
    assert writer.context
    inputs_LB = torch.randint(DOCUMENTS.size - 1, (writer.context + 5, 1))
    state = writer.begin(condition_BC, 1)
    before_LBD, after_LBD = (writer(text_LB, state).states_LBD for text_LB in (inputs_LB, perturbed(inputs_LB, 0)))
    return (before_LBD != after_LBD).flatten(1).any(1).tolist()


@pytest.mark.parametrize(("name", "size"), [("tiny", 3), ("smaller", 7), ("s", 15), ("m", 63), ("l", 125), ("vl", 187)])
def test_it_sees_exactly_as_many_past_tokens_as_its_size_says(name: str, size: int) -> None:
    writer = open_writer(dilated_vae.DILATIONS[name])
    assert writer.context == size
    assert seen(writer) == [True] * size + [False] * 5


def test_a_condition_changes_nothing_of_what_it_sees() -> None:
    writer = open_writer((1, 2), condition=2)
    assert seen(writer, torch.rand(1, 2, dtype=torch.double)) == [True] * 7 + [False] * 5


@pytest.mark.parametrize("window", [1, 2, 4])
def test_another_window_is_another_size(window: int) -> None:
    writer = open_writer((1, 2), window)
    assert seen(writer) == [True] * ((window - 1) * 3 + 1) + [False] * 5


def test_the_condition_stands_beside_every_embedding() -> None:
    writer = open_writer((1, 2), condition=2)
    inputs_LB, condition_BC = torch.randint(DOCUMENTS.size, (6, 3)), torch.randn(3, 2, dtype=torch.double)
    x_LBD = writer.enter(torch.cat([writer.embedding(inputs_LB), condition_BC.expand(6, 3, 2)], -1))
    for block in writer.blocks:
        x_LBD, _ = block(x_LBD, block.begin(3))  # type: ignore[operator]
    torch.testing.assert_close(writer(inputs_LB, writer.begin(condition_BC, 3)).states_LBD, x_LBD)


def test_a_writer_without_blocks_is_refused() -> None:
    with pytest.raises(ValidationError, match="at least 1 item"):
        TypeAdapter(DilatedWriterConfig).validate_python({"dilations": ()})

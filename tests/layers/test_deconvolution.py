"""Shapes: P positions of the plan, B batch, C condition, D features."""

import pytest
import torch

from octavo.layers.deconvolution import Deconvolution


def deconvolution(canvas: int, layers: int = 2) -> Deconvolution:
    torch.manual_seed(0)
    return Deconvolution(3, canvas, (6, 5, 4, 4, 4)[:layers]).double().eval()


def conditions() -> torch.Tensor:
    return torch.randn(2, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("layers", [1, 5])
def test_a_plan_is_exactly_as_long_as_its_canvas(layers: int) -> None:
    lengths = [len(deconvolution(canvas, layers)(conditions(), 1)) for canvas in range(1, 201)]
    assert lengths == [*range(1, 201)]


def test_every_position_of_a_canvas_is_planned_from_the_vector() -> None:
    plan, z_BC = deconvolution(13), conditions()
    before_PBD, after_PBD = plan(z_BC, 13), plan(z_BC + 0.5, 13)
    assert (before_PBD != after_PBD).any(-1).all()


def test_a_longer_text_takes_more_pages_that_change_nothing_before_them() -> None:
    plan, z_BC = deconvolution(5), conditions()
    assert [plan.pages(length) for length in (0, 1, 5, 6, 10, 11)] == [1, 1, 1, 2, 2, 3]
    assert [len(plan(z_BC, length)) for length in (3, 6, 11)] == [5, 10, 15]
    three_PBD = plan(z_BC, 11)
    torch.testing.assert_close(three_PBD[:5], plan(z_BC, 5))
    torch.testing.assert_close(plan.reaching(11, z_BC, plan(z_BC, 6)), three_PBD)
    assert (three_PBD[:5] != three_PBD[5:10]).any(-1).all()


def test_pages_after_the_first_leave_the_statistics_alone() -> None:
    """So that every rank takes as many sums, whatever the length of its texts."""
    plan, batches = deconvolution(5).train(), list[list[float]]()
    for length in (5, 11):
        plan(conditions(), length)
        batches.append([float(buffer) for name, buffer in plan.named_buffers() if name.endswith("batches")])
    assert batches == [[1.0, 1.0], [2.0, 2.0]]

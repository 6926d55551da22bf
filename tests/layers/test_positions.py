"""Shapes: L length, B batch, D features, H heads, E features of a head."""

import math

import pytest
import torch

from octavo.layers.positions import LearnedPositions, Place, QueriesAndKeys, SinusoidalPositions, place_of, rotated


def turned(x: torch.Tensor, first: int) -> torch.Tensor:
    return rotated(x, place_of(first, len(x), x.shape[-1], x.device))


def test_products_of_rotated_vectors_depend_on_their_distance_alone() -> None:
    torch.manual_seed(0)
    q, k = torch.randn(1, 1, 1, 6, dtype=torch.double), torch.randn(1, 1, 1, 6, dtype=torch.double)
    near, far = ((turned(q, place + 3) * turned(k, place)).sum().item() for place in (0, 5000))
    assert near == pytest.approx(far, abs=1e-5)
    assert near != pytest.approx((turned(q, 4) * turned(k, 0)).sum().item(), abs=1e-3)


def test_a_rotation_turns_each_pair_by_its_own_rate() -> None:
    x = torch.tensor([1.0, 1.0, 0.0, 0.0]).view(1, 1, 1, 4)  # two points at (1, 0)
    assert turned(x, 2).flatten().tolist() == pytest.approx(
        [math.cos(2), math.cos(0.02), math.sin(2), math.sin(0.02)], abs=1e-6
    )


def test_normalised_queries_have_unit_size_whatever_they_were() -> None:
    part = QueriesAndKeys(4, normalised=True, rotary=False)
    q, k = part(torch.randn(3, 2, 2, 4) * 100, torch.randn(3, 2, 2, 4), Place(0))
    for x in (q, k):
        torch.testing.assert_close(x.square().mean(-1), torch.ones(3, 2, 2), atol=1e-4, rtol=0)


def test_an_odd_head_cannot_be_turned() -> None:
    with pytest.raises(ValueError, match="3, an odd number"):
        QueriesAndKeys(3)


def test_the_wave_is_the_papers() -> None:
    x_LBD = SinusoidalPositions()(torch.zeros(3, 1, 4), Place(5))
    wanted = [math.sin(7), math.sin(0.07), math.cos(7), math.cos(0.07)]
    assert x_LBD[2, 0].tolist() == pytest.approx(wanted, abs=1e-6)


def test_learned_positions_go_on_from_their_place() -> None:
    positions = LearnedPositions(5, 2)
    x_LBD = torch.zeros(2, 3, 2)
    assert torch.equal(positions(x_LBD, Place(3))[:, 1], positions.places.weight[3:])

import numpy as np
import pytest

from octavo.data.permutation import permute


@pytest.mark.parametrize("size", [1, 2, 3, 255, 256, 257, 5000])
def test_every_number_stands_once(size: int) -> None:
    assert np.array_equal(np.sort(permute(np.arange(size), size, 1, 2)), np.arange(size))


def test_a_place_does_not_depend_on_what_else_is_asked() -> None:
    order = permute(np.arange(1000), 1000, 1, 0)
    assert np.array_equal(permute(np.array([7, 999, 7]), 1000, 1, 0), order[[7, 999, 7]])


def test_seeds_and_epochs_shuffle_differently() -> None:
    orders = {tuple(permute(np.arange(50), 50, seed, epoch)) for seed in range(10) for epoch in range(10)}
    assert len(orders) == 100


@pytest.mark.parametrize("size", [2, 3, 7])
def test_every_number_is_as_likely_at_every_place(size: int) -> None:
    epochs = 1000
    counts = np.zeros((size, size))
    for epoch in range(epochs):
        counts[np.arange(size), permute(np.arange(size), size, 0, epoch)] += 1
    five_deviations = 5 * np.sqrt(epochs / size)
    assert np.abs(counts - epochs / size).max() < five_deviations


def test_neighbours_are_torn_apart() -> None:
    order = permute(np.arange(10_000), 10_000, 3, 0)
    assert abs(np.corrcoef(order[:-1], order[1:])[0, 1]) < 0.05
    assert abs(np.corrcoef(order, np.arange(10_000))[0, 1]) < 0.05


def test_a_huge_range_costs_no_more_than_what_is_asked_of_it() -> None:
    found = permute(np.arange(200_000_000 - 1000, 200_000_000), 200_000_000, 1, 0)
    assert len(np.unique(found)) == 1000
    assert 0 <= found.min() <= found.max() < 200_000_000

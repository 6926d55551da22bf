"""Shapes: N texts, K clusters."""

import numpy as np
import pytest

from octavo.evaluation.clusters import (
    NOBODY,
    Assigned,
    agreement,
    hungarian_accuracy,
    mixtures,
    mutual_information,
    names_of,
)


def sure(clusters: list[int], labels: list[int], surety: list[float] | None = None, count: int = 3) -> Assigned:
    """Texts that are in these clusters with these probabilities, the rest shared by the others."""
    surety_N = np.array(surety or [0.9] * len(clusters))
    rest_N1 = (1 - surety_N[:, None]) / (count - 1)
    probability_NK = np.where(np.arange(count) == np.array(clusters)[:, None], surety_N[:, None], rest_N1)
    return Assigned(np.log(probability_NK), np.array(labels))


def test_a_cluster_is_named_by_its_most_confident_validation_text() -> None:
    valid = sure([0, 0, 0, 1], [7, 7, 4, 2], [0.6, 0.7, 0.95, 0.5])
    assert names_of(valid).tolist() == [4, 2, NOBODY]


def test_the_names_are_counted_on_other_texts() -> None:
    found = agreement(sure([0, 1], [1, 0]), sure([0, 0, 1, 2], [1, 0, 0, 0]))
    assert found["cluster_accuracy"] == 0.5
    assert found["hungarian_accuracy"] == 0.5
    assert (found["clusters_used"], found["clusters_named"]) == (3, 2)


@pytest.mark.parametrize(
    ("clusters", "labels", "best"),
    [([0, 0, 1, 1], [1, 1, 0, 0], 1.0), ([0, 0, 0, 1], [0, 0, 1, 1], 0.75), ([0] * 4, [0, 1, 2, 2], 0.5)],
)
def test_one_to_one_naming_at_its_best(clusters: list[int], labels: list[int], best: float) -> None:
    pytest.importorskip("scipy", reason="needs the eval extra")
    assert hungarian_accuracy(np.array(clusters), np.array(labels)) == best


def test_mutual_information_is_scikit_learns() -> None:
    metrics = pytest.importorskip("sklearn.metrics", reason="needs the eval extra")
    chance = np.random.default_rng(0)
    clusters_N, labels_N = chance.integers(4, size=200), chance.integers(3, size=200)
    labels_N[:80] = clusters_N[:80] % 3
    wanted = metrics.normalized_mutual_info_score(labels_N, clusters_N)
    assert mutual_information(clusters_N, labels_N) == pytest.approx(wanted)
    assert mutual_information(np.zeros(5, int), np.zeros(5, int)) == 0


def test_a_mixture_finds_what_lies_apart() -> None:
    pytest.importorskip("sklearn", reason="needs the eval extra")
    chance = np.random.default_rng(0)
    labels = [np.arange(60) % 3, np.arange(30) % 3, np.arange(30) % 3]
    features = [10.0 * np.eye(5)[part_N] + 0.1 * chance.normal(size=(len(part_N), 5)) for part_N in labels]
    rows = mixtures(features, labels, clusters=3, components=2, seeds=range(2))
    assert [row["seed"] for row in rows] == [0, 1]
    assert max(row["cluster_accuracy"] for row in rows) == 1.0
    assert all(row["components"] == 2 for row in rows)
    assert max(row["valid_accuracy"] for row in rows) == 1.0
    [row] = mixtures(features, labels, clusters=3, components=32, seeds=range(1))
    assert row["components"] == 5  # there are no more

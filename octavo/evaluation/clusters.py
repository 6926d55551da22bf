"""How far clusters that were found without labels are the labels (Yang et al. 2017, §3.5; Makhzani et al. 2015).

Shapes: N texts, K clusters, D features, P principal components.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from octavo.interfaces import Batch

NOBODY = -1  # the label of a cluster that no validation text fell into: it is never right


class Assigned(NamedTuple):
    """log q(cluster | x) of each text, and its true label."""

    log_NK: np.ndarray
    labels_N: np.ndarray

    @property
    def clusters_N(self) -> np.ndarray:
        return self.log_NK.argmax(1)


@torch.no_grad()
def assigned(assign: Callable[[Batch], Tensor], batches: Iterable[Batch], device: torch.device) -> Assigned:
    """Of every text that has a label."""
    parts = []
    for batch in batches:
        assert batch.labels_B is not None
        log_BK, labels_B = assign(batch.map(lambda tensor: tensor.to(device))).float().cpu(), batch.labels_B
        parts.append((log_BK[labels_B >= 0].numpy(), labels_B[labels_B >= 0].numpy()))
    return Assigned(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def agreement(valid: Assigned, test: Assigned) -> dict[str, Any]:
    """Accuracy by the paper's protocol, by the best one-to-one naming, and normalised mutual information."""
    named_K = names_of(valid)
    return {
        "cluster_accuracy": float((named_K[test.clusters_N] == test.labels_N).mean()),
        "hungarian_accuracy": hungarian_accuracy(test.clusters_N, test.labels_N),
        "normalised_mutual_information": mutual_information(test.clusters_N, test.labels_N),
        "clusters_used": len(np.unique(test.clusters_N)),
        "clusters_named": int((named_K != NOBODY).sum()),
    }


def names_of(valid: Assigned) -> np.ndarray:
    """Each cluster takes the label of its most confident validation text, the one with the best q(cluster | x)."""
    named_K = np.full(valid.log_NK.shape[1], NOBODY)
    for cluster in np.unique(valid.clusters_N):
        members_N = np.flatnonzero(valid.clusters_N == cluster)
        named_K[cluster] = valid.labels_N[members_N[valid.log_NK[members_N, cluster].argmax()]]
    return named_K


def hungarian_accuracy(clusters_N: np.ndarray, labels_N: np.ndarray) -> float:
    """The best share that a naming of each cluster by a label of its own can make right."""
    try:
        from scipy.optimize import linear_sum_assignment
    except ImportError:
        raise ValueError("clusters need the scikit-learn package: pip install 'octavo[eval]'") from None
    counts_KC = contingency(clusters_N, labels_N)
    rows, columns = linear_sum_assignment(-counts_KC)
    return float(counts_KC[rows, columns].sum() / len(labels_N))


def mutual_information(clusters_N: np.ndarray, labels_N: np.ndarray) -> float:
    """I(cluster; label) over the mean of both entropies, 0 where neither tells anything.

    >>> mutual_information(np.array([0, 0, 1, 1]), np.array([5, 5, 3, 3])).__round__(6)
    1.0
    """
    joint_KC = contingency(clusters_N, labels_N) / len(labels_N)
    parts = [joint_KC.sum(1), joint_KC.sum(0)]
    cluster, label, both = (_entropy(part) for part in (*parts, joint_KC.ravel()))
    mean = (cluster + label) / 2
    return float((cluster + label - both) / mean) if mean > 0 else 0.0


def contingency(clusters_N: np.ndarray, labels_N: np.ndarray) -> np.ndarray:
    """How many texts of each cluster have each label."""
    counts_KC = np.zeros((clusters_N.max() + 1, labels_N.max() + 1), np.int64)
    np.add.at(counts_KC, (clusters_N, labels_N), 1)
    return counts_KC


def mixtures(
    features: Sequence[np.ndarray], labels: Sequence[np.ndarray], clusters: int, components: int, seeds: Iterable[int]
) -> list[dict[str, Any]]:
    """The same of Gaussian mixtures over features of training, validation and test, after a PCA (Table 5's baselines).

    Both are fitted on training's features; each seed is one start of the mixture, which has many poor optima.
    `valid_accuracy` is that of validation texts, by the names that they themselves gave.
    """
    try:
        from sklearn.decomposition import PCA
        from sklearn.mixture import GaussianMixture
    except ImportError:
        raise ValueError("mixtures need the scikit-learn package: pip install 'octavo[eval]'") from None
    reduce = PCA(min(components, *features[0].shape), random_state=0).fit(features[0])
    train_NP, valid_NP, test_NP = (reduce.transform(part_ND) for part_ND in features)
    found = []
    for seed in seeds:
        mixture = GaussianMixture(clusters, covariance_type="diag", random_state=seed, max_iter=200).fit(train_NP)
        # A text's share of a mixture can be so sure that its logarithm is of a zero.
        logs = [np.log(mixture.predict_proba(part_NP).astype(np.float64) + 1e-300) for part_NP in (valid_NP, test_NP)]
        sides = [Assigned(*side) for side in zip(logs, labels[1:], strict=True)]
        right = agreement(sides[0], sides[0])["cluster_accuracy"]
        found.append(
            {"seed": seed, "components": int(reduce.n_components_), "valid_accuracy": right, **agreement(*sides)}
        )
    return found


def _entropy(shares: np.ndarray) -> float:
    known = shares[shares > 0]
    return float(-(known * np.log(known)).sum())

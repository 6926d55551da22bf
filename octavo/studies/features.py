"""What labels can be told from texts' vectors: where they lie, and mixtures over them (Yang et al. 2017, §3.3, §3.5).

Shapes: N texts, B batch, L length, D features.
"""

from collections.abc import Iterable
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from octavo.data.prepare import prepare
from octavo.evaluation.clusters import mixtures as of_mixtures
from octavo.extent import some_texts, whole
from octavo.interfaces import Batch
from octavo.layers.texts import last_valid
from octavo.runs import Run
from octavo.studies.samples import StudyConfig

COMPONENTS = (8, 16, 32)  # of the PCA before a mixture
STARTS = 10
CHOSEN = ("cluster_accuracy", "hungarian_accuracy", "normalised_mutual_information", "components")
ROWS = 32


class Labelled(NamedTuple):
    """Texts' vectors and labels."""

    vectors_ND: np.ndarray
    labels_N: np.ndarray


def plane(run: Run, settings: StudyConfig) -> dict[str, Any]:
    """Posterior means of held-out texts with their labels, for a z of two dimensions (Figure 3)."""
    found = labelled(run, "test", settings.samples)
    if found.vectors_ND.shape[1] != 2:
        raise ValueError(
            f"a plane has two dimensions, this run's vectors have {found.vectors_ND.shape[1]}: train a VAE with "
            "--model.latent 2, as scnn-vae-plane-20news is"
        )
    points = [[*map(float, vector), int(label)] for vector, label in zip(*found, strict=True)]
    return {"label_names": list(run.about.label_names), "points": points}


def mixtures(run: Run, settings: StudyConfig) -> dict[str, Any]:
    """Gaussian mixtures over vectors, or over a language model's last states: each of three PCAs ten times (Table 5).

    As many mixtures' parts as labels; named by validation texts, counted on test texts. A PCA that vectors are too
    narrow for is left out. `samples` bounds the texts that are fitted on. Chosen is the mixture that is best on
    validation texts; the best on test, as the paper has it, and the mean of all stand beside it.
    """
    splits = [labelled(run, split, settings.samples if split == "train" else None) for split in SPLITS]
    features, labels = ([split[place] for split in splits] for place in range(2))
    classes, seeds = len(run.about.label_names), range(settings.seed, settings.seed + STARTS)
    sizes = dict.fromkeys(min(components, *features[0].shape) for components in COMPONENTS)
    rows = [row for components in sizes for row in of_mixtures(features, labels, classes, components, seeds)]
    accuracy = [row["cluster_accuracy"] for row in rows]
    chosen = max(rows, key=lambda row: row["valid_accuracy"])
    return {
        **{f"chosen_{name}": chosen[name] for name in CHOSEN},
        "best": max(accuracy),
        "mean": float(np.mean(accuracy)),
        "texts": len(labels[0]),
        "mixtures": rows,
    }


SPLITS = ("train", "valid", "test")


@torch.no_grad()
def labelled(run: Run, split: str, count: int | None) -> Labelled:
    """Of a split's texts that have a label, all or so many."""
    store = getattr(prepare(run.recipe.data, codec=run.codec), split)
    if store is None or store.labels is None:
        raise ValueError(f"the {split} texts have no labels: name their column in data.files.label")
    look: Any = run.model.encode if hasattr(run.model, "encode") else partial(_last_states, run)
    parts = [_of(batch, look(batch)) for batch in _batches(run, store, count)]
    vectors, labels = (np.concatenate(part) for part in zip(*parts, strict=True))
    return Labelled(vectors[labels >= 0], labels[labels >= 0])


def _batches(run: Run, store: Any, count: int | None) -> Iterable[Batch]:
    """All, or some of them, drawn: a file may have its labels one after another."""
    where = store, run.recipe.data, run.codec, run.model, ROWS
    batches = whole(*where) if count is None else some_texts(*where, count)
    return (batch.map(lambda tensor: tensor.to(run.device)) for batch in batches)


def _of(batch: Batch, vectors_BD: Tensor) -> tuple[np.ndarray, np.ndarray]:
    assert batch.labels_B is not None
    return vectors_BD.float().cpu().numpy(), batch.labels_B.cpu().numpy()


def _last_states(run: Run, batch: Batch) -> Tensor:
    """What a language model's writer holds after a text."""
    writer: Any = getattr(run.model, "writer", None)
    if writer is None:
        raise ValueError("this run's model has neither vectors nor a writer: a VAE or a language model has")
    states_LBD = writer(batch.inputs_LB, writer.begin(None, len(batch.lengths_B))).states_LBD
    return last_valid(states_LBD, batch.lengths_B)

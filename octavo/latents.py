"""Texts as vectors and back, by any run whose model encodes.

N texts, Z latent features, L length, B batch.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from octavo.evaluation.reconstruction import Reconstruction, totals
from octavo.generation.reconstructions import GREEDY, write_at_once, write_back
from octavo.generation.sampling import SamplingConfig
from octavo.interfaces import Batch, Mean, OneShot
from octavo.layers.latent import Gaussian, noise_of
from octavo.runs import Run
from octavo.texts import batches_of_ids, in_order, most_tokens

TOGETHER = 64  # vectors that are written from side by side
UNKNOWN = 0  # the level of a vector that came without one
LONGEST = 120  # tokens that a vector of unknown level is taken for


class Latents(NamedTuple):
    """Texts' vectors and, beside each, the length to write it at, or UNKNOWN."""

    vectors_NZ: np.ndarray
    levels_N: np.ndarray


def at_once(run: Run) -> bool:
    """Whether a run's writer gives all positions of a text at once."""
    return isinstance(getattr(run.model, "writer", None), OneShot)


def level_of(run: Run, length: int) -> int:
    """The length at which a text of so many tokens is written: a one-shot writer's own, or that of the text."""
    model: Any = run.model
    return model.writer.level(length) if at_once(run) else length


def drawn_levels(run: Run, count: int, longest: int, seed: int) -> list[int]:
    """Lengths to write new texts at, as often as training's documents had them; the longest where nothing tells."""
    counts = np.array(run.about.lengths or [0.0])
    if not counts.sum():
        return [level_of(run, longest)] * count
    powers = np.random.default_rng(seed).choice(len(counts), size=count, p=counts / counts.sum())
    return [level_of(run, min(2 ** int(power), longest)) for power in powers]


def encode(run: Run, ids: Sequence[np.ndarray], draw: int | None = None) -> Latents:
    """The vectors of texts that are given as their ids; of a VAE the posterior's mean, or its draw of this number."""
    model: Any = run.model

    def vectors_of(batch: Batch) -> np.ndarray:
        z_BZ = model.encode(batch) if draw is None else _drawn(model.posterior(batch), batch, draw)
        return z_BZ.float().cpu().numpy()

    vectors = in_order(batches_of_ids(run, ids), vectors_of)
    return Latents(np.stack(vectors), np.array([level_of(run, len(one)) for one in ids], np.int32))


def _drawn(posterior: Gaussian, batch: Batch, draw: int) -> Tensor:
    return posterior.at(noise_of(batch, posterior.mean_BZ.shape[-1], draw + 1)[draw])


def shifted(latents: Latents, plus: Latents, minus: Latents) -> Latents:
    """Each vector with others added to it and taken from it; it keeps its length."""
    shift_Z = plus.vectors_NZ.sum(0) - minus.vectors_NZ.sum(0)
    return latents._replace(vectors_NZ=latents.vectors_NZ + shift_Z)


def decode(
    run: Run, latents: Latents, beams: int = 1, source: str = "", options: SamplingConfig = GREEDY
) -> list[list[int]]:
    """The ids written from each vector; an error names the vectors' source.

    A writer that goes token by token searches with beams; of one that writes all positions at once, options say how
    each is chosen.
    """
    model: Any = run.model
    _refuse_foreign(run, latents.levels_N, source)
    levels_N = np.where(latents.levels_N == UNKNOWN, LONGEST, latents.levels_N)
    order = np.argsort(levels_N, kind="stable")
    found: dict[int, list[int]] = {}
    for begin in range(0, len(order), TOGETHER):
        places = order[begin : begin + TOGETHER]
        condition_BZ = torch.as_tensor(latents.vectors_NZ[places], dtype=torch.float32, device=run.device)
        levels = [int(level) for level in levels_N[places]]
        numbers, alphabet = places.tolist(), run.codec.alphabet
        if at_once(run):
            written = write_at_once(model.writer, condition_BZ, levels, alphabet, options, numbers)
        else:
            written = write_back(model.writer, condition_BZ, levels, alphabet, beams)
        found |= dict(zip(numbers, written, strict=True))
    return [found[place] for place in range(len(order))]


def _refuse_foreign(run: Run, levels_N: np.ndarray, source: str) -> None:
    """Levels that no text of this run has."""
    most = level_of(run, most_tokens(run.model))
    for number, level in enumerate(levels_N.tolist(), start=1):
        if level == UNKNOWN and at_once(run):
            wrong = "it has no level, and this run's writer writes all positions at once: give one, as encode does"
        elif level > most:
            wrong = f"level {level:,} is beyond what this run's model takes, {most:,} tokens at most"
        elif level != UNKNOWN and level != (own := level_of(run, level)):
            wrong = f"level {level:,} is none of this run's own, of which {own:,} is the next"
        else:
            continue
        raise ValueError(f"vector {number:,}{source and f' of {source}'}: {wrong}")


def reconstruct(
    run: Run,
    ids: Sequence[np.ndarray],
    beams: int = 1,
    read: Sequence[np.ndarray] | None = None,
    draw: int | None = None,
) -> list[Reconstruction]:
    """Each text through its vector and back; what is `read`, if anything else, may be the texts mutated."""
    written = decode(run, encode(run, ids if read is None else read, draw), beams)
    return [Reconstruction(one, np.array(made, np.int64)) for one, made in zip(ids, written, strict=True)]


def teacher_forced(run: Run, ids: Sequence[np.ndarray]) -> list[Reconstruction]:
    """The likeliest token at each position after the true ones before it, of a writer that goes token by token."""
    model: Any = run.model

    def guesses(batch: Batch) -> list[np.ndarray]:
        state = model.writer.begin(model.encode(batch), len(batch.lengths_B))
        guess_LB: Tensor = model.writer.head(model.writer(batch.inputs_LB, state).states_LBD).argmax(-1)
        return [guess_LB[:length, row].cpu().numpy() for row, length in enumerate(batch.lengths_B.tolist())]

    return [Reconstruction(*pair) for pair in zip(ids, in_order(batches_of_ids(run, ids), guesses), strict=True)]


def totals_of(run: Run, reconstructions: Iterable[Reconstruction]) -> dict[str, Mean]:
    """The shares of wrong positions, of exact texts and of valid UTF-8."""
    return totals(reconstructions, run.codec.alphabet.end, run.codec.decode, run.codec.unit)


def errors(run: Run, ids: Sequence[np.ndarray], beams: int = 1) -> dict[str, float]:
    """The same as plain numbers and, where a writer goes token by token, its error after true tokens beside them."""
    found = {name: mean.value for name, mean in totals_of(run, reconstruct(run, ids, beams)).items()}
    if at_once(run):
        return found
    error = f"{run.codec.unit}_error"
    return {**found, f"{error}_teacher_forced": totals_of(run, teacher_forced(run, ids))[error].value}


def longest_trained(run: Run) -> int | None:
    """How many tokens a text of training had at most, its end among them; None where nothing says so."""
    batching: Any = run.recipe.data.batching
    return getattr(batching, "longest", None) or getattr(batching, "window", None)

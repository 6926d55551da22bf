"""Vectors and their levels in files: .npz or JSON lines, in single precision or in eight bits.

N texts, Z latent features.
"""

import json
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from octavo.evaluation.reconstruction import Reconstruction
from octavo.latents import UNKNOWN, Latents, decode, totals_of
from octavo.runs import Run

KINDS = (".npz", ".jsonl")
STEPS = 127  # to either side of nothing, in eight bits


def in_eight_bits(vectors_NZ: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Vectors as whole numbers from −127 to 127, and the scale that each is to be multiplied by.

    >>> whole, scales = in_eight_bits(np.array([[0.5, -1.0, 0.1], [0.0, 0.0, 0.0]]))
    >>> whole.tolist(), [round(float(scale), 6) for scale in scales]
    ([[64, -127, 13], [0, 0, 0]], [0.007874, 0.0])
    """
    scales_N = (np.abs(vectors_NZ).max(-1) / STEPS).astype(np.float32)
    whole_NZ = np.rint(vectors_NZ / np.where(scales_N > 0, scales_N, 1)[:, None])
    return whole_NZ.astype(np.int8), scales_N


def rounded(latents: Latents) -> Latents:
    """What eight bits leave of the vectors."""
    whole_NZ, scales_N = in_eight_bits(latents.vectors_NZ)
    return latents._replace(vectors_NZ=whole_NZ * scales_N[:, None])


def eight_bits_cost(run: Run, ids: Sequence[np.ndarray], made: Latents) -> tuple[float, float]:
    """The errors of these texts, whose vectors come first, written from whole vectors and from eight bits of them."""
    first = Latents(made.vectors_NZ[: len(ids)], made.levels_N[: len(ids)])
    errors = []
    for one in (first, rounded(first)):
        pairs = zip(ids, decode(run, one), strict=True)
        found = [Reconstruction(truth_L, np.array(written)) for truth_L, written in pairs]
        errors.append(totals_of(run, found)[f"{run.codec.unit}_error"].value)
    return errors[0], errors[1]


def write(path: Path, latents: Latents, int8: bool = False) -> None:
    """Arrays or lines of JSON, as the file's name ends."""
    if path.suffix == ".npz":
        write_npz(path, latents, int8)
    else:
        path.write_text("".join(f"{json.dumps(line)}\n" for line in to_lines(latents, int8)), "utf-8")


def write_npz(path: Path, latents: Latents, int8: bool = False) -> None:
    """Arrays `vectors` and `levels`; of whole numbers also `scales`, which their vectors are to be multiplied by."""
    arrays = {"vectors": latents.vectors_NZ, "levels": latents.levels_N}
    if int8:
        arrays["vectors"], arrays["scales"] = in_eight_bits(latents.vectors_NZ)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]


def to_lines(latents: Latents, int8: bool = False) -> Iterator[dict[str, Any]]:
    """The same, an object for each text."""
    whole_NZ, scales_N = in_eight_bits(latents.vectors_NZ)
    for place, level in enumerate(latents.levels_N.tolist()):
        if int8:
            yield {"level": level, "scale": float(scales_N[place]), "vector": whole_NZ[place].tolist()}
        else:
            yield {"level": level, "vector": [round(float(value), 6) for value in latents.vectors_NZ[place]]}


def read_npz(path: Path) -> Latents:
    """What `write_npz` wrote, or `vectors` alone, whose levels are then unknown."""
    if not zipfile.is_zipfile(path) and path.exists():
        raise ValueError(f"{path} holds no vectors: it is no .npz archive, as octavo encode RUN --out FILE.npz writes")
    try:
        with np.load(path, allow_pickle=False) as arrays:
            vectors_NZ = arrays["vectors"] * (arrays["scales"][:, None] if "scales" in arrays else np.float32(1))
            levels_N = arrays["levels"] if "levels" in arrays else np.full(len(vectors_NZ), UNKNOWN)
    except (KeyError, IndexError, TypeError, ValueError, zipfile.BadZipFile) as error:
        raise ValueError(f"{path} holds no vectors, octavo encode RUN --out FILE.npz writes some: {error}") from None
    return _checked(str(path), vectors_NZ, levels_N)


def read_lines(name: str, lines: Iterable[bytes]) -> Latents:
    """What `to_lines` gave; a line may also be the numbers of a vector alone."""
    vectors, levels = [], []
    for number, line in enumerate(lines, start=1):
        try:
            found = json.loads(line)
            one = found if isinstance(found, dict) else {"vector": found}
            vectors.append(np.array(one["vector"], np.float32) * one.get("scale", 1.0))
            levels.append(int(one.get("level", UNKNOWN)))
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{name}, line {number} is no vector of octavo encode: {error}") from None
    if len({vector.shape for vector in vectors}) > 1:
        raise ValueError(f"{name} holds vectors of unequal widths")
    return _checked(name, np.array(vectors), np.array(levels))


def _checked(name: str, vectors_NZ: np.ndarray, levels_N: np.ndarray) -> Latents:
    if vectors_NZ.ndim != 2 or levels_N.shape != vectors_NZ.shape[:1]:
        raise ValueError(f"{name} holds no rows of numbers with a level for each, but {vectors_NZ.shape}")
    return Latents(vectors_NZ.astype(np.float32), levels_N.astype(np.int32))

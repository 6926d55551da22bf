"""Vectors and their levels in files: .npz or JSON lines, in single precision or in eight bits.

N texts, Z latent features.
"""

import json
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from octavo.evaluation.reconstruction import Reconstruction
from octavo.latents import UNKNOWN, Latents, decode, totals_of
from octavo.runs import Run

KINDS = (".npz", ".jsonl")
KINDS_OF_NUMBERS = ("a number", "a list of numbers", "rows of numbers")
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
    vectors_NZ = latents.vectors_NZ.astype(np.float32)  # whose shortest form, as text, reads back as the same number
    for place, level in enumerate(latents.levels_N.tolist()):
        if int8:
            yield {"level": level, "scale": float(scales_N[place]), "vector": whole_NZ[place].tolist()}
        else:
            yield {"level": level, "vector": [float(str(value)) for value in vectors_NZ[place]]}


def read_npz(path: Path) -> Latents:
    """What `write_npz` wrote, or `vectors` alone, whose levels are then unknown."""
    if not zipfile.is_zipfile(path) and path.exists():
        raise ValueError(f"{path} holds no vectors: it is no .npz archive, as octavo encode RUN --out FILE.npz writes")
    try:
        with np.load(path, allow_pickle=False) as arrays:
            found = {name: arrays[name] for name in ("vectors", "levels", "scales") if name in arrays}
            if "vectors" not in found:
                raise ValueError("vectors is none of its arrays")
            columns = {name: numbers(name, array, 2 if name == "vectors" else 1) for name, array in found.items()}
    except (ValueError, EOFError, zlib.error, zipfile.BadZipFile) as error:
        raise ValueError(f"{path} holds no vectors, octavo encode RUN --out FILE.npz writes some: {error}") from None
    return _checked(str(path), "row", **columns)


def read_lines(name: str, lines: Iterable[bytes]) -> Latents:
    """What `to_lines` gave; a line may also be the numbers of a vector alone."""
    columns: dict[str, list[np.ndarray]] = {"vectors": [], "levels": [], "scales": []}
    for number, line in enumerate(lines, start=1):
        try:
            found = json.loads(line)
            one = found if isinstance(found, dict) else {"vector": found}
            if "vector" not in one:
                raise ValueError("it has no field vector")
            columns["vectors"].append(numbers("vector", one["vector"], 1))
            columns["levels"].append(numbers("level", one.get("level", UNKNOWN), 0))
            columns["scales"].append(numbers("scale", one.get("scale", 1.0), 0))
        except ValueError as error:
            raise ValueError(f"{name}, line {number} is no vector of octavo encode: {error}") from None
        first, last = len(columns["vectors"][0]), len(columns["vectors"][-1])
        if first != last:
            raise ValueError(f"{name}, line {number}: a vector of {last:,} numbers, where line 1 has one of {first:,}")
    return _checked(name, "line", **{column: np.array(values) for column, values in columns.items()})


def numbers(name: str, value: Any, dimensions: int) -> np.ndarray:
    """A number, a list or a table of them, in double precision.

    >>> numbers("level", "eight", 0)
    Traceback (most recent call last):
    ValueError: its level should be a number, not 'eight'
    """
    try:
        array = np.asarray(value)
    except ValueError:  # lists of unequal lengths
        array = np.asarray(None)
    if array.ndim != dimensions or array.dtype.kind not in "iuf":
        raise ValueError(f"its {name} should be {KINDS_OF_NUMBERS[dimensions]}, not {value!r:.40}")
    return array.astype(np.float64)


def _checked(
    name: str, place: str, vectors: np.ndarray, levels: np.ndarray | None = None, scales: np.ndarray | None = None
) -> Latents:
    """Vectors times their scales, all finite, and their levels, whole and not below zero."""
    levels_N = np.full(len(vectors), float(UNKNOWN)) if levels is None else levels
    scales_N = np.ones(len(vectors)) if scales is None else scales
    if not len(vectors):
        raise ValueError(f"{name} holds no vector: octavo encode RUN writes one for each text")
    if not len(vectors) == len(levels_N) == len(scales_N):
        beside = f"{len(levels_N):,} levels and {len(scales_N):,} scales"
        raise ValueError(f"{name} holds {len(vectors):,} vectors with {beside}: each vector has its own")
    with np.errstate(over="ignore", invalid="ignore"):
        vectors_NZ = (vectors * scales_N[:, None]).astype(np.float32)
    for row in np.flatnonzero(~np.isfinite(vectors_NZ).all(-1)):
        column = int(np.argmin(np.isfinite(vectors_NZ[row])))
        raise ValueError(f"{name}, {place} {row + 1}: number {column + 1} of the vector is {vectors_NZ[row, column]}")
    most = np.iinfo(np.int32).max
    for row in np.flatnonzero(~((levels_N >= 0) & (levels_N <= most) & (levels_N == np.floor(levels_N)))):
        raise ValueError(
            f"{name}, {place} {row + 1}: level {levels_N[row]:.15g} is no length, a whole number of tokens"
        )
    return Latents(vectors_NZ, levels_N.astype(np.int32))

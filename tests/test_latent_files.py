"""Vectors in files."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from octavo.latent_files import in_eight_bits, read_lines, read_npz, rounded, to_lines, write_npz
from octavo.latents import UNKNOWN, Latents

LATENTS = Latents(
    np.random.default_rng(0).normal(size=(6, 9)).astype(np.float32), np.array([4, 8, 4, 64, 1024, 4], np.int32)
)


@pytest.mark.parametrize("int8", [False, True])
def test_both_forms_read_back_what_was_written(int8: bool, tmp_path: Path) -> None:
    write_npz(tmp_path / "new" / "x.npz", LATENTS, int8)
    lines = [json.dumps(line).encode() for line in to_lines(LATENTS, int8)]
    wanted = rounded(LATENTS) if int8 else LATENTS
    for found in (read_npz(tmp_path / "new" / "x.npz"), read_lines("x", lines)):
        np.testing.assert_array_equal(found.vectors_NZ, wanted.vectors_NZ)
        assert found.levels_N.tolist() == LATENTS.levels_N.tolist()
        assert found.vectors_NZ.dtype == np.float32


def test_eight_bits_are_off_by_half_a_step_at_most() -> None:
    whole_NZ, scales_N = in_eight_bits(LATENTS.vectors_NZ)
    assert whole_NZ.dtype == np.int8
    assert np.abs(whole_NZ).max(-1).tolist() == [127] * 6
    off_NZ = np.abs(rounded(LATENTS).vectors_NZ - LATENTS.vectors_NZ)
    assert (off_NZ <= scales_N[:, None] * 0.5001).all()
    assert off_NZ.any()


def test_vectors_may_come_without_levels(tmp_path: Path) -> None:
    np.savez(tmp_path / "x.npz", vectors=LATENTS.vectors_NZ)
    for found in (read_npz(tmp_path / "x.npz"), read_lines("x", [b"[1.5, 2]", b'{"vector": [0, 1]}'])):
        assert set(found.levels_N.tolist()) == {UNKNOWN}


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([b"{}"], "x, line 1 is no vector of octavo encode: it has no field vector"),
        ([b"[1]", b"nothing"], "x, line 2 is no vector"),
        ([b"[1]", b"[1, 2]"], "x, line 2: a vector of 2 numbers, where line 1 has one of 1"),
        ([b'["a"]'], "x, line 1 is no vector of octavo encode: its vector should be a list of numbers, not "),
        ([b"[1, [2]]"], "its vector should be a list of numbers, not "),
        ([b"7"], "its vector should be a list of numbers, not "),
        (
            [b'{"vector": [1], "scale": "a"}'],
            "line 1 is no vector of octavo encode: its scale should be a number, not 'a'",
        ),
        (
            [b'{"vector": [1], "level": null}'],
            "line 1 is no vector of octavo encode: its level should be a number, not None",
        ),
        ([b"[1]", b'{"vector": [1], "level": 1e99}'], r"x, line 2: level 1e\+99 is no length"),
        ([b'{"vector": [1], "level": -8}'], "x, line 1: level -8 is no length"),
        ([b'{"vector": [1], "level": 8.7}'], "x, line 1: level 8.7 is no length"),
        ([b"[1, NaN]"], "x, line 1: number 2 of the vector is nan"),
        ([b"[1]", b"[1e400]"], "x, line 2: number 1 of the vector is inf"),
        ([b"[1e39]"], "x, line 1: number 1 of the vector is inf"),
        ([], "x holds no vector"),
    ],
)
def test_lines_that_are_no_vectors_are_named(lines: list[bytes], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_lines("x", lines)


def test_a_file_that_holds_none_is_named(tmp_path: Path) -> None:
    np.savez(tmp_path / "other.npz", numbers=np.zeros(3))
    np.save(tmp_path / "array.npy", np.zeros(3))
    (tmp_path / "text.npz").write_text("no archive")
    with pytest.raises(ValueError, match=r"text\.npz holds no vectors: it is no \.npz archive"):
        read_npz(tmp_path / "text.npz")
    for name in ("other.npz", "array.npy", "text.npz"):
        with pytest.raises(ValueError, match=f"{name} holds no vectors"):
            read_npz(tmp_path / name)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"vectors": [["a", "b"]]}, r"x\.npz holds no vectors, .*: its vectors should be rows of numbers"),
        ({"vectors": [1.0, 2.0]}, "its vectors should be rows of numbers"),
        ({"vectors": [[1.0]], "levels": [["8"]]}, "its levels should be a list of numbers"),
        ({"vectors": [[1.0]] * 3, "levels": [8, 8]}, "holds 3 vectors with 2 levels and 3 scales: each vector has its"),
        ({"vectors": [[1.0]] * 2, "scales": [1.0]}, "holds 2 vectors with 2 levels and 1 scales: each vector has its"),
        ({"vectors": np.zeros((0, 4)), "levels": np.zeros(0)}, "holds no vector: octavo encode RUN writes one for"),
        ({"vectors": [[1.0]] * 2, "levels": [8, 8.7]}, r"x\.npz, row 2: level 8\.7 is no length"),
        ({"vectors": [[1.0]] * 2, "levels": [2**33 + 8, 8]}, r"x\.npz, row 1: level 8589934600 is no length"),
        ({"vectors": [[1.0]], "levels": [np.nan]}, r"x\.npz, row 1: level nan is no length"),
        ({"vectors": [[1.0, 2.0], [3.0, np.inf]]}, r"x\.npz, row 2: number 2 of the vector is inf"),
    ],
)
def test_damaged_arrays_are_named_by_row_and_value(arrays: dict[str, Any], message: str, tmp_path: Path) -> None:
    np.savez(tmp_path / "x.npz", **arrays)
    with pytest.raises(ValueError, match=message):
        read_npz(tmp_path / "x.npz")

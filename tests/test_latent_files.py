"""Vectors in files."""

import json
from pathlib import Path

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
        np.testing.assert_allclose(found.vectors_NZ, wanted.vectors_NZ, atol=1e-6)
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
        ([b"{}"], "x, line 1 is no vector"),
        ([b"[1]", b"nothing"], "x, line 2 is no vector"),
        ([b"[1]", b"[1, 2]"], "x holds vectors of unequal widths"),
        ([], "x holds no rows of numbers"),
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

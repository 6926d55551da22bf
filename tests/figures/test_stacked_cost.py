"""A word's cost is drawn as the results say it."""

import json
import math
from pathlib import Path
from typing import Any

import pytest

from octavo.figures.stacked_cost import parts_of, stacked_cost


def write_row(path: Path, **test: Any) -> Path:
    path.write_text(json.dumps({"metrics": {"test": test}}))
    return path


def test_the_kl_has_its_share_of_a_words_cost(tmp_path: Path) -> None:
    lm = write_row(tmp_path / "lm.json", perplexity=math.e**4)
    vae = write_row(tmp_path / "vae.json", perplexity=math.e**3, reconstruction=90.0, kl=10.0)
    assert parts_of(lm) == pytest.approx((4.0, 0.0))
    assert parts_of(vae) == pytest.approx((2.7, 0.3))
    stacked_cost([lm, vae], tmp_path / "bars.png")
    assert (tmp_path / "bars.png").stat().st_size > 1000


def test_what_is_not_of_words_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"bytes\.json has no perplexity"):
        stacked_cost([write_row(tmp_path / "bytes.json", bits_per_byte=2.0)], tmp_path / "bars.png")

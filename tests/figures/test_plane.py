"""A plane's points are drawn as they lie, none above the others for its label."""

from pathlib import Path

import numpy as np
import pytest

from octavo.figures.plane import draw_points, plane, shuffled, style_of, title_of
from octavo.figures.studies import Studied
from tests.figures.test_studies import study

pytest.importorskip("matplotlib", reason="needs the plot extra")
from matplotlib.figure import Figure

FOUND = {"label_names": [str(label) for label in range(9)], "points": [[0.1 * n, 0.0, n // 5] for n in range(45)]}


def test_no_label_is_on_top_of_the_others() -> None:
    points = [(0.0, 0.0, label) for label in (0, 1) for _ in range(50)]
    labels = [point[2] for point in shuffled(points)]
    assert sorted(labels) == [0] * 50 + [1] * 50
    assert 10 < sum(labels[50:]) < 40
    assert shuffled(points) == shuffled(points)


def test_the_title_is_of_data_and_decoder() -> None:
    row = {"recipe": "scnn-vae-plane-20news", "overrides": {"model.writer.dilations": [1]}, "data": "20news-topics"}
    assert title_of(Studied("my-run", {}, row)) == "20news-topics, CNN of 3 words"
    wider = row | {"overrides": {"model.writer.dilations": [1, 2, 4], "model.writer.window": 2}}
    assert title_of(Studied("my-run", {}, wider)) == "20news-topics, CNN of 8 words"  # an SCNN's window is 3
    assert title_of(Studied("my-run", {}, {})) == "my-run"


def test_both_axes_have_one_scale_and_each_label_its_look(tmp_path: Path) -> None:
    axes = Figure().subplots()
    draw_points(axes, FOUND)
    assert axes.get_aspect() == 1.0
    assert sum(np.shape(part.get_offsets())[0] for part in axes.collections) == 45 + 9  # and each label's mean
    assert len({tuple(style_of(label).values()) for label in range(9)}) == 9
    plane([study(tmp_path / "plane.json", "plane", FOUND)], tmp_path / "plane.png")
    assert (tmp_path / "plane.png").stat().st_size > 1000

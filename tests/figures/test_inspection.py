import json
from pathlib import Path

import pytest
from PIL import Image

from octavo.figures.inspection import inspection, read_thoughts

pytest.importorskip("matplotlib", reason="needs the plot extra")


def write(path: Path, text: str) -> Path:
    rows = ({"token": one, "entropy": 2.0, "loss": None if one == "!" else 3.0, "rank": 4} for one in text)
    path.write_text("\n".join(json.dumps(row) for row in rows))
    return path


def test_every_token_has_its_three_values(tmp_path: Path) -> None:
    tokens, values_T3 = read_thoughts(write(tmp_path / "text.json", "ab!"))
    assert tokens == ["a", "b", "!"]
    assert values_T3.tolist() == [[2, 3, 2], [2, 3, 2], [2, 8, 2]]


def test_a_longer_text_is_drawn_in_more_lines(tmp_path: Path) -> None:
    heights = []
    for repeats in (10, 60):
        inspection([write(tmp_path / "text.json", "not $at$ all " * repeats)], tmp_path / "figure.png")
        with Image.open(tmp_path / "figure.png") as picture:
            heights.append(picture.height)
    assert heights[1] > 2 * heights[0]


def test_what_is_no_inspected_text_is_told(tmp_path: Path) -> None:
    (tmp_path / "other.json").write_text('{"token": "a"}')
    with pytest.raises(ValueError, match=r"other\.json holds no inspected text: octavo inspect RUN"):
        inspection([tmp_path / "other.json"], tmp_path / "figure.png")
    with pytest.raises(ValueError, match=r"holds 0 tokens: 1 to 2,000"):
        inspection([write(tmp_path / "empty.json", "")], tmp_path / "figure.png")
    with pytest.raises(ValueError, match="inspect draws one text, not 2"):
        inspection([tmp_path, tmp_path], tmp_path / "figure.png")

from pathlib import Path

import pytest

from octavo.figures.rows import read_row


@pytest.mark.parametrize("text", ["no JSON", '{"step": 1}\n{"step": 2}\n', "[1, 2]", '{"recipe": "hybrid-ptb"}', "3"])
def test_what_is_no_row_of_results_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"x\.json is no row of results: octavo evaluate RUN --record"):
        read_row(path)

"""A row of results, for the figures that draw some side by side."""

import json
from pathlib import Path
from typing import Any


def read_row(path: Path) -> dict[str, Any]:
    """What `octavo evaluate RUN --record FILE` wrote."""
    try:
        row = json.loads(path.read_text("utf-8"))
        if row["metrics"]:
            return row
    except (ValueError, KeyError, TypeError):
        pass
    raise ValueError(f"{path} is no row of results: octavo evaluate RUN --record FILE writes one")

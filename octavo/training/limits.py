"""A length of time as people write it."""

import re

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def seconds(text: str) -> float:
    """A length of time as people write it.

    >>> seconds("90s"), seconds("1.5h")
    (90.0, 5400.0)
    """
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([smhd]?)", text.strip())
    if not found or float(found[1]) == 0:
        raise ValueError(f"--time-limit {text}: give a number and s, m, h or d, such as 90s, 10m or 2h")
    return float(found[1]) * UNITS.get(found[2], 1)

"""Write results/README.md from the JSON beside it: `make docs`. Nothing on that page is typed by hand."""

import json
from pathlib import Path
from typing import Any

from octavo.recipes import RECIPES

FOLDER = Path(__file__).parents[1] / "results"
PAGE = FOLDER / "README.md"

HEAD = """# What was measured

Made by `make docs` from the JSON files in this folder, which `octavo evaluate RUN --record FILE` and
`octavo bench --out FILE` wrote; a test holds it up to date. Each names its commit, its overrides and its machine.
"""

TABLE = """
## Trainings

A share of 1 is the whole of the recipe's training. Metrics are of the whole split, every token once, in fp32, unless
the row says otherwise.

| recipe | overrides | data | share of training | published | valid | test | wall time | machine | commit |
|---|---|---|---|---|---|---|---|---|---|"""


def page() -> str:
    """The whole page, as results/README.md ought to read."""
    found = {path: json.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.json"))}
    rows = {path: one for path, one in found.items() if "recipe" in one}
    run = {one["recipe"] for one in rows.values()}
    lines = [_row(path, one) for path, one in rows.items()]
    lines += [
        f"| `{name}` | | | not run | {RECIPES[name]().published} | | | | | |" for name in RECIPES if name not in run
    ]
    benches = [_bench(path, one) for path, one in found.items() if "machine" in one]
    return "\n".join([HEAD, *benches, TABLE, *lines, ""])


def _row(path: Path, one: dict[str, Any]) -> str:
    hardware = one["hardware"]
    machine = f"{hardware['cpu']}, {hardware['threads']} threads" if hardware["device"] == "cpu" else hardware["device"]
    overrides = ", ".join(f"{field} = {value}" for field, value in one["overrides"].items()) or "none"
    cells = [
        f"[`{one['recipe']}`]({path.name})",
        overrides,
        one["data"],
        f"{one['share_of_training']:.3g}",
        RECIPES[one["recipe"]]().published if one["recipe"] in RECIPES else "",
        _metrics(one["metrics"].get("valid")),
        _metrics(one["metrics"].get("test")),
        f"{one['wall_seconds'] / 60:.0f} min",
        f"{machine}, {hardware['precision']}",
        f"`{one['commit']}`",
    ]
    return f"| {' | '.join(cells)} |"


def _metrics(metrics: dict[str, Any] | None) -> str:
    if metrics is None:
        return "none"
    named = {name: value for name, value in metrics.items() if isinstance(value, float) and name != "seconds"}
    listed = ", ".join(f"{name.replace('_', ' ')} {value:.4g}" for name, value in named.items())
    if "tokens_measured" in metrics:
        listed += f" (of the first {metrics['tokens_measured']:,} of {metrics['tokens']:,} tokens)"
    return listed


def _bench(path: Path, one: dict[str, Any]) -> str:
    machine = one["machine"]
    lines = [
        f"\n## Speed: {path.stem}\n",
        f"[{path.name}]({path.name}), on {machine['cpu']}, {machine['threads']} threads, torch {machine['torch']}, "
        f"commit `{machine['commit']}`; ceilings: "
        + ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in machine.items() if "_per_s" in name),
    ]
    for name, rows in one.items():
        if name != "machine":
            lines += ["", f"### {name}", "", *_grid(rows)]
    return "\n".join(lines)


def _grid(rows: list[dict[str, Any]]) -> list[str]:
    columns = [name for name, value in rows[0].items() if not isinstance(value, dict)]
    head = [f"| {' | '.join(name.replace('_', ' ') for name in columns)} |", "|---" * len(columns) + "|"]
    return head + [f"| {' | '.join(str(row[name]) for name in columns)} |" for row in rows]


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")

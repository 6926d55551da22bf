"""results/README.md, from the JSON beside it: each exhibit's published figures, and beside them what was measured.

Nothing on that page is typed by hand. A result of less than the published training, of changed sizes or of other data
says so in its own line.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from statistics import mean, stdev
from typing import Any

from octavo.bench.bars import judged
from octavo.environment import processor
from octavo.figures.rows import reader_of
from octavo.recipes import RECIPES
from octavo.reproduce import EXHIBITS, projection
from octavo.reproduce.cells import difference, grid, line, machine, part_measured, part_of, shown
from octavo.reproduce.exhibits import Exhibit, Row
from octavo.reproduce.found import Result, apart, changes_of, made, measured, read_results, seeds, value
from octavo.reproduce.of_studies import of_study
from octavo.studies import command_of

HEAD = """# What was measured

Made by `octavo reproduce --report` from the JSON files in this folder, which `octavo evaluate RUN --record FILE`,
`octavo study … --out FILE` and `octavo bench --out FILE` wrote; a test holds it up to date. Each names its commit, its
overrides and its machine. A share of 1 is the whole of the published training, and what was not run says so.
Metrics are of the whole split, every token once, in fp32, unless the row says otherwise.

`octavo reproduce NAME` trains what a table's rows are in the paper and, with `--stand-in --budget 30m`, what stands in
for them. A row that is here was made by `octavo train RECIPE`, with what its column "changed" says, and then measured.
"""

PAPERS = {
    "qrnn": "Quasi-recurrent neural networks",
    "recursive-autoencoder": "The byte-level recursive convolutional autoencoder",
    "hybrid-vae": "The hybrid convolutional VAE",
    "dilated-vae": "The dilated-convolution VAE",
    "deep-transformer": "The deep character transformer",
}


def page(folder: Path) -> str:
    """The whole page, as results/README.md ought to read."""
    results = read_results(folder)
    parts = [HEAD]
    shown: set[str] = set()
    for paper, exhibits in groupby(EXHIBITS.values(), key=lambda exhibit: exhibit.paper):
        parts.append(f"\n## {PAPERS[paper]}\n\nHow it is built: [docs/papers/{paper}.md](../docs/papers/{paper}.md).\n")
        for exhibit in exhibits:
            names, text = _exhibit(exhibit, results, folder)
            shown |= names
            parts.append(text)
    trainings = {
        name: one
        for name, one in results.items()
        if {"recipe", "metrics", "overrides"} <= one.keys() and name not in shown
    }
    parts.append(_others(trainings))
    if rows := list(projection.projected(results)):
        parts.append("\n".join([projection.HEAD, *grid(rows)]))
    parts.extend(_bench(name, one) for name, one in results.items() if "machine" in one)
    return "\n".join(parts) + "\n"


def _exhibit(exhibit: Exhibit, results: Mapping[str, Result], folder: Path) -> tuple[set[str], str]:
    """The names of the results that it shows, and its text."""
    found = measured(exhibit, results)
    lines = (
        [f"\n### {exhibit.title}\n", f"`octavo reproduce {exhibit.name}`\n"]
        if exhibit.rows
        else [f"\n### {exhibit.title}\n"]
    )
    if exhibit.rows:
        lines += _table(exhibit, found, results)
    if exhibit.commands:
        lines += ["```", *_commands(exhibit, results), "```"]
    if exhibit.sources:
        lines.append(_made(exhibit, results))
    if exhibit.picture:
        there = (folder.parent / exhibit.picture).exists()
        lines.append(f"\n![{exhibit.title}](../{exhibit.picture})" if there else "\nNot drawn.")
    if exhibit.remark:
        lines.append(f"\n{exhibit.remark}")
    return {name for names in found.values() for name in names}, "\n".join(lines)


def _table(exhibit: Exhibit, found: Mapping[str, list[str]], results: Mapping[str, Result]) -> list[str]:
    columns = list(exhibit.columns)
    known = [name for name in columns if any(name in row.published for row in exhibit.rows)]
    head = ["system", *(f"{name}, published" for name in known), *(f"{name}, here" for name in columns)]
    head += ["data", "share of training", "changed", "wall time", "machine", "commit", "difference"]
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    for row in exhibit.rows:
        printed = [shown(row.published.get(name)) for name in known]
        telling = apart(found[row.label], results)
        for name in found[row.label]:
            label = "; ".join(
                [row.label, *(f"{path.partition('.')[2]} = {new}" for path, new in telling[name].items())]
            )
            lines.append(line([label, *printed, *_measured_cells(exhibit, row, name, results[name])]))
        for group in seeds(found[row.label], results):
            label = f"{row.label}: mean of {len(group)} seeds ± their deviation"
            lines.append(line([label, *printed, *_spreads(exhibit, group, results), *[""] * 7]))
        if not found[row.label]:
            lines.append(line([row.label, *printed, *["not run"] * len(columns), *[""] * 7]))
    return lines


def _spreads(exhibit: Exhibit, group: Sequence[str], results: Mapping[str, Result]) -> Iterator[str]:
    """Of each column the mean over results, and the standard deviation from one to another."""
    for path in exhibit.columns.values():
        values = [one for one in (value(results[name], path) for name in group) if isinstance(one, int | float)]
        yield f"{shown(mean(values))} ± {stdev(values):.2g}" if len(values) > 1 else ""


def _measured_cells(exhibit: Exhibit, row: Row, name: str, result: Result) -> list[str]:
    values = [value(result, path) for path in exhibit.columns.values()]
    own = changes_of(row, result["recipe"])
    changed = {path: new for path, new in result["overrides"].items() if path not in own}
    if begun := reader_of(result):
        changed["reader"] = f"that of {begun['after']}"
    share = result.get("share_of_training")
    return [
        *(
            "" if one is None else shown(one) + part_measured(path, result)
            for one, path in zip(values, exhibit.columns.values(), strict=True)
        ),
        f"{result['data']}"
        + ("" if result["recipe"] == row.recipe else f" ([{result['recipe']}]({name}), a stand-in)"),
        "" if share is None else f"{share:.3g}",
        ", ".join(f"{path} = {new}" for path, new in changed.items()) or "nothing",
        f"{result['wall_seconds'] / 60:.0f} min",
        machine(result["hardware"]),
        f"[`{result['commit']}`]({name})",
        difference(exhibit, row, result),
    ]


def _commands(exhibit: Exhibit, results: Mapping[str, Result]) -> list[str]:
    """What the exhibit says, in its order, but for a study that was made the command that made it."""
    studies = [name for name in made(exhibit, results) if "study" in results[name]]
    given = [command_of(results[name], f"results/{name}") for name in studies]
    planned = [one for one in exhibit.commands if one.startswith("octavo study")]
    first = exhibit.commands.index(planned[0]) if planned else 0
    before, after = exhibit.commands[:first], exhibit.commands[first:]
    return [*before, *(given or planned), *(one for one in after if one not in planned)]


def _made(exhibit: Exhibit, results: Mapping[str, Result]) -> str:
    names = made(exhibit, results)
    listed = "\nResults: " + (", ".join(f"[{name}]({name})" for name in names) or "not run") + "."
    studies = [results[name] for name in names if "study" in results[name]]
    return "\n".join([listed, *(text for study in studies for text in of_study(study, exhibit))])


def _others(trainings: Mapping[str, Result]) -> str:
    """What belongs to no exhibit, and the recipes that nothing has been measured of."""
    head = [
        "recipe",
        "changed",
        "data",
        "share of training",
        "published",
        "valid",
        "test",
        "wall time",
        "machine",
        "commit",
    ]
    lines = ["\n## Other trainings\n", f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    for name, one in trainings.items():
        share = one.get("share_of_training")
        lines.append(
            line(
                [
                    f"[`{one['recipe']}`]({name})",
                    ", ".join(f"{field} = {value}" for field, value in one["overrides"].items()) or "nothing",
                    one["data"],
                    "" if share is None else f"{share:.3g}",
                    RECIPES[one["recipe"]]().published if one["recipe"] in RECIPES else "",
                    _metrics(one["metrics"].get("valid")),
                    _metrics(one["metrics"].get("test")),
                    f"{one['wall_seconds'] / 60:.0f} min",
                    machine(one["hardware"]),
                    f"`{one['commit']}`",
                ]
            )
        )
    return "\n".join(lines)


def _metrics(metrics: Mapping[str, Any] | None) -> str:
    if metrics is None:
        return "none"
    baselines = {f"by {name}": one for name, one in metrics.get("baselines", {}).items()}
    listed = ", ".join(
        f"{name.replace('_', ' ')} {one:.4g}"
        for name, one in {**metrics, **baselines}.items()
        if isinstance(one, float) and name != "seconds"
    )
    return listed + part_of(metrics)


def _bench(name: str, one: Result) -> str:
    machine = one["machine"]
    ceilings = ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in machine.items() if "_per_s" in key)
    lines = [
        f"\n## Speed: {Path(name).stem}\n",
        f"[{name}]({name}), on {processor(machine)}, torch {machine['torch']}, "
        f"commit `{machine['commit']}`; ceilings: {ceilings}",
    ]
    measured = {part: rows for part, rows in one.items() if part not in ("machine", "asked")}
    parts = {"asked": list(judged(one)), **measured}
    for part, rows in parts.items():
        if rows:
            lines += ["", f"### {part}", "", *grid(rows)]
    return "\n".join(lines)

"""What stands in a cell of the page of results, and in a row of them."""

from collections.abc import Iterable, Mapping
from typing import Any

from octavo.environment import processor
from octavo.reproduce.exhibits import Exhibit, Row
from octavo.reproduce.found import TEXTS, Result, changes_of, starred, value

# Metrics that are of a part of the texts: what tells of how many, and of what.
COUNTED = {
    "bleu": ("bleu_texts", "texts"),
    "byte_error": ("texts_reconstructed", "texts"),
    "byte_error_of_stretches": ("stretches_reconstructed", "stretches"),
    "nats_elbo": ("bound_texts", "texts"),
    "perplexity_elbo": ("bound_texts", "texts"),
    "perplexity_drawn": ("drawn_texts", "texts"),
}


def part_measured(path: str, result: Result) -> str:
    """How much of a split a metric is of, where that is not all."""
    split, _, metric = path.partition(".")
    metrics = result["metrics"].get(split) or {}
    if metric.startswith("contexts."):
        return _drawn(metrics["contexts"].get("sample"), value(result, path.rpartition(".")[0]))
    if draws := starred(metrics, metric):
        return f" (K = {draws.rpartition('_')[2]}, of {metrics['bound_texts']:,} texts)"
    count, unit = COUNTED.get(metric, ("", ""))
    return f" (of {metrics[count]:,} {unit})" if count in metrics else part_of(metrics)


def _drawn(sample: int | None, given: Mapping[str, Any]) -> str:
    """What else was found at one context: how sure a sample's bits are, and how many were what was expected most."""
    error = f" ± {given['standard_error']:.2g}" if "standard_error" in given else ""
    right = f", {given['accuracy']:.1%} right" if "accuracy" in given else ""
    return error + right + (f" (of {sample:,} characters drawn by chance)" if sample else "")


def part_of(metrics: Mapping[str, Any]) -> str:
    """That figures are of a part of their split alone, where they are: of the beginning of every row of it."""
    if "tokens_measured" not in metrics:
        return ""
    return f" (of {metrics['tokens_measured']:,} of {metrics['tokens']:,} tokens)"


def difference(exhibit: Exhibit, row: Row, result: Result) -> str:
    """How far from the published figures, and what stands between, in one sentence."""
    if not row.published:
        return ""
    apart = []
    for column, path in exhibit.columns.items():
        here, there = value(result, path), row.published.get(column)
        if isinstance(here, int | float) and isinstance(there, int | float):
            apart.append(f"{column} {here - there:+.3g}{_of_some(path, result)}")
    between = standing_between(row, result)
    if between:
        return (", ".join(apart) + ": " if apart else "") + "not comparable, for " + " and ".join(between)
    return ", ".join(apart)


def _of_some(path: str, result: Result) -> str:
    """That a bound is of some texts alone, which may be easier than the published figure's, where it is."""
    split, _, metric = path.partition(".")
    metrics = result["metrics"].get(split) or {}
    some = starred(metrics, metric) and metrics["bound_texts"] < metrics.get(TEXTS, 0)
    return f" (on {metrics['bound_texts']:,} of {metrics[TEXTS]:,} texts)" if some else ""


def standing_between(row: Row, result: Result) -> list[str]:
    """Why a result is not to be compared with the row's published figures: less training, other data, another size."""
    between, share = [], result.get("share_of_training")
    if share is not None and share < 0.995:
        between.append(f"{share:.1%} of the training")
    if result["recipe"] != row.recipe:
        between.append(f"the stand-in {result['recipe']} on {result['data']}")
    own = changes_of(row, result["recipe"])
    if any(path.startswith("model.") and path not in own for path in result["overrides"]):
        between.append("another size")
    return between


def machine(hardware: Mapping[str, Any]) -> str:
    return f"{processor(hardware)}, {hardware['precision']}"


def grid(rows: list[dict[str, Any]]) -> list[str]:
    columns = list(dict.fromkeys(name for row in rows for name, value in row.items() if not isinstance(value, dict)))
    head = [line(name.replace("_", " ") for name in columns), "|---" * len(columns) + "|"]
    return head + [line(str(row.get(name, "")) for name in columns) for row in rows]


def line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def shown(value: Any) -> str:
    return "" if value is None else f"{value:.4g}" if isinstance(value, float) else str(value)

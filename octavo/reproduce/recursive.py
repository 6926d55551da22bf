"""Byte-level recursive convolutional auto-encoder for text (Zhang & LeCun 2018)."""

from typing import Any

from octavo.reproduce.exhibits import Exhibit, Row

PAPER = "recursive-autoencoder"
ERROR = {"byte error": "test.byte_error", "byte error of stretches": "test.byte_error_of_stretches"}
HELD = (
    "data.train",
    "data.mutate",
    "model.reader.pool",
    "model.reader.depth",
    "model.reader.positions",
    "model.reader.levels.kind",
)
# The paper's corpora, of which the Wikipedia alone is published, and what stands in for the others.
LANGUAGES = {
    "English Wikipedia": ("wikipedia-en", 0.0334, 0.6780),
    "Chinese (hudong in the paper)": ("wikipedia-zh", 0.0316, 0.6456),
    "Arabic (argiga in the paper)": ("news-ar", 0.0309, 0.6129),
    "all three (allgiga in the paper)": ("paragraphs-mixed", 0.0250, 0.7244),
}
IN_SMALL = "recursive-small is the same network, narrower and for shorter paragraphs, trained for minutes."
BRIEF = {"data.batching.longest": 32}
SHORT = {**BRIEF, "model.reader.levels.longest": 32, "model.writer.levels.longest": 32}
EQUAL_STEPS = {**SHORT, "training.steps": 3000}
STATIC = {"model__reader__levels__kind": "static", "model__writer__levels__kind": "static"}


def _row(label: str, error: float | None = None, **overrides: Any) -> Row:
    fields = {path.replace("__", "."): value for path, value in overrides.items()}
    published = {} if error is None else {"byte error": error}
    return Row(label, "recursive-autoencoder", published, fields, ("recursive-small",))


def _depth(n: int) -> dict[str, int]:
    return {"model__reader__depth": n, "model__writer__depth": n}


def _positions(count: int) -> dict[str, int]:
    return {"model__reader__positions": count, "model__writer__positions": count, "data__batching__positions": count}


def _up_to(longest: int) -> dict[str, int]:
    sides = {f"model__{side}__levels__longest": longest for side in ("reader", "writer")}
    return {"data__batching__longest": longest, **sides}


def _curves(source: str, picture: str, figure: str = "learning-error") -> dict[str, Any]:
    """The curves of a table's runs, and their figure."""
    file, picture = f"results/{source}.json", f"docs/figures/recursive-{picture}.png"
    study = f"octavo study curves runs/recursive-small --out {file}"
    commands = (study, f"octavo figure {figure} {file} --out {picture}")
    return {"commands": commands, "sources": (f"{source}.json",), "picture": picture}


def _study(name: str, figure: str, number: str, title: str, options: str = "") -> Exhibit:
    """A figure that a study of trained runs gives."""
    file, picture = f"results/recursive-{name}.json", f"docs/figures/recursive-{figure}.png"
    return Exhibit(
        f"recursive-{number}",
        PAPER,
        title,
        commands=(
            f"octavo study {name} runs/recursive-small {options}--out {file}",
            f"octavo figure {figure} {file} --out {picture}",
        ),
        sources=(f"recursive-{name}*.json",),
        picture=picture,
    )


EXHIBITS = (
    Exhibit(
        "recursive-table2",
        PAPER,
        "Table 2: byte errors of the recursive autoencoder by language",
        ERROR,
        tuple(_row(label, ours, data__train=corpus) for label, (corpus, ours, _) in LANGUAGES.items()),
        remark=f"{IN_SMALL} Compare rows of equal training.steps.",
        held=HELD,
        alike=SHORT,
    ),
    Exhibit(
        "recursive-table3",
        PAPER,
        "Table 3: byte errors of the LSTM autoencoder by language",
        ERROR,
        tuple(
            Row(label, "recursive-lstm", {"byte error": lstm}, {"data.train": corpus}, ("recursive-small-lstm",))
            for label, (corpus, _, lstm) in LANGUAGES.items()
        ),
        **_curves("recursive-curves-lstm", "lstm", "learning-seen"),
        remark="In the figure the LSTM has every true byte before each, where it is not said to write freely.",
        held=HELD,
        alike=BRIEF,
    ),
    Exhibit(
        "recursive-table4",
        PAPER,
        "Table 4: byte errors by pooling, English",
        ERROR,
        (
            _row("max", 0.0334),
            _row("average", 0.0798, model__reader__pool="average"),
            _row("L2", 0.0677, model__reader__pool="l2"),
        ),
        remark=IN_SMALL,
        held=HELD,
        alike=EQUAL_STEPS,
    ),
    Exhibit(
        "recursive-table5",
        PAPER,
        "Table 5 and Figure 8: byte errors of the recursive and the static model, English",
        ERROR,
        (
            _row("recursive", 0.0334),
            _row("static", 0.0805, **STATIC),
        ),
        **_curves("recursive-curves", "learning"),
        remark=IN_SMALL,
        held=HELD,
        alike=EQUAL_STEPS,
    ),
    Exhibit(
        "recursive-table6",
        PAPER,
        "Table 6: byte errors by depth, English",
        ERROR,
        tuple(
            _row(f"n = {n}", error, **_depth(n)) for n, error in {2: 0.0907, 4: 0.0511, 8: 0.0334, 16: 0.0292}.items()
        ),
        **_curves("recursive-curves-depth", "depth"),
        remark=IN_SMALL,
        held=HELD,
        alike=EQUAL_STEPS,
    ),
    Exhibit(
        "recursive-depth-in-equal-time",
        PAPER,
        "Table 6 in equal time, of the clock: 160 s",
        ERROR,
        tuple(_row(f"n = {n}", **_depth(n)) for n in (2, 4, 8)),
        remark=IN_SMALL,
        held=HELD,
        alike={**SHORT, "training.time_limit": 160.0},
    ),
    Exhibit(
        "recursive-n-4",
        PAPER,
        "Tables 4 and 5 at n = 4",
        ERROR,
        (
            _row("recursive, max", **_depth(4)),
            _row("average", **_depth(4), model__reader__pool="average"),
            _row("L2", **_depth(4), model__reader__pool="l2"),
            _row("static, max", **_depth(4), **STATIC),
        ),
        **_curves("recursive-curves-n-4", "n-4"),
        remark=IN_SMALL,
        held=HELD,
        alike=EQUAL_STEPS,
    ),
    Exhibit(
        "recursive-paragraphs",
        PAPER,
        "Tables 3 and 5 of paragraphs of up to 255 bytes, the convolutions at n = 4 with 1,024 numbers",
        ERROR,
        (
            _row("recursive", **_depth(4), **_positions(16), **_up_to(256)),
            _row("static", **_depth(4), **_positions(16), **_up_to(256), **STATIC),
            Row("LSTM", "recursive-lstm", {}, {"data.batching.longest": 256}, ("recursive-small-lstm",)),
        ),
        remark=IN_SMALL,
        held=HELD,
    ),
    Exhibit(
        "recursive-beyond",
        PAPER,
        "Beyond the tables: texts to be mended",
        ERROR,
        (_row("learns to mend, p up to 0.5", data__mutate=0.5),),
        remark=IN_SMALL,
        held=HELD,
    ),
    Exhibit(
        "recursive-train-and-test",
        PAPER,
        "Tables 2 to 6, train beside test: byte errors on stretches of training's and of held-out articles",
        commands=("octavo study error runs/recursive-small --stretches --out results/recursive-error.json",),
        sources=("recursive-error*.json",),
    ),
    Exhibit(
        "recursive-vectors",
        PAPER,
        "Vectors: the time to make them, and what eight bits a number leave",
        commands=("octavo study vectors runs/recursive-small --stretches --out results/recursive-vectors.json",),
        sources=("recursive-vectors*.json",),
    ),
    Exhibit(
        "recursive-samples",
        PAPER,
        "Section 5: texts written at once from nothing",
        commands=("octavo study prior runs/recursive-vae --stretches --out results/recursive-samples.json",),
        sources=("recursive-samples*.json",),
    ),
    _study("data", "lengths", "table1", "Table 1 and Figure 7: the corpora, and the lengths of their paragraphs"),
    _study("end-of-text", "end-of-text", "figure4", "Figure 4: how far off the end of a reconstruction is"),
    _study("mutation", "mutation", "figure5", "Figure 5: byte errors on mutated texts", "--stretches --samples 500 "),
    _study("lengths", "length-error", "figure6", "Figure 6: byte errors by length"),
)

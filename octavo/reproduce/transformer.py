"""Character-level language modeling with deeper self-attention (Al-Rfou, Choe, Constant, Guo & Jones 2019)."""

from typing import Any

from octavo.recipes.transformer import ABLATIONS, IN_SMALL
from octavo.reproduce.exhibits import Exhibit, Row

PAPER = "deep-transformer"
# The paper's measure is of the last character given exactly 512; a run's own is of every token, given 256 to 512.
EXACT = "test.contexts.by_length.512.bits_per_byte"
MORE = {"of all tokens": "test.bits_per_byte", "while learning": "test.dynamic.bits_per_byte"}
MEASURED = "`octavo evaluate RUN --context 32 64 128 256 512 --sample 20000 --dynamic --record results/NAME.json`"
STUDY = (
    "octavo study text RUN --text docs/texts/bridge.txt --copy-test Eleanor=Zjakdmu --out results/transformer-text.json"
)
TEXT = ("transformer-text*.json",)
# Table 4, in the paper's words and order: what is left out, and the bits per character of dev without it.
WITHOUT = {
    "positions": ("w/out Multiple Positions", 2.482),
    "layers": ("w/out Intermediate Layer Losses", 1.158),
    "embeddings": ("w/out Positional Embeddings", 1.069),
    "targets": ("w/out Multiple Targets", 1.068),
    "optimizer": ("w/ SGD Optimizer", 1.065),
}
# Of the optimizer the rate is looked for anew, in the paper and here.
LEFT_OUT = {
    part: {path: value for path, value in changes.items() if path != "training.optimizer.rate"}
    for part, changes in ABLATIONS.items()
}
HELD = tuple(path for changes in LEFT_OUT.values() for path in changes)

# For the modern form at the sizes of t6-small, a rate that suits them.
MUON = {"training.optimizer.rate.value": 5e-3, "training.optimizer.rate.warmup": 0.03}
ADAMW = {"training.optimizer.kind": "adamw"}
SMALL_MODERN = {"model.writer.heads": 2, **IN_SMALL, "training.steps": 600, "training.evaluate_every": 600}
MODERN = SMALL_MODERN | MUON
PUBLISHED = {**IN_SMALL, "training.optimizer.momentum": 0.9, "training.clip": 1.0}
DECAY = {"training.optimizer.weight_decay": 0.1, "training.optimizer.decay": "matrices"}
MUONS = {"training.optimizer.kind": "muon", "training.optimizer.momentum": 0.95, **DECAY}
COSINE = {"training.optimizer.rate.kind": "cosine", **MUON, "training.steps": 600}
PARTS: dict[str, dict[str, Any]] = {
    "squared ReLU → ReLU": {"model.writer.feed": "relu"},
    "squared ReLU → SwiGLU": {"model.writer.feed": "swiglu"},
    "without normed queries and keys": {"model.writer.query_key_norm": False},
    "rotary → learned positions": {"model.writer.rotary": False},
    "without all three of these": {
        "model.writer.feed": "relu",
        "model.writer.query_key_norm": False,
        "model.writer.rotary": False,
    },
    "RMS norms → layer norms": {"model.writer.rms": False},
    "norms before → after": {"model.writer.norm": "after"},
    "Muon → AdamW": ADAMW,
    "Muon → AdamW at twice the rate": {**ADAMW, "training.optimizer.rate.value": 0.01},
    "Muon → AdamW at half the rate": {**ADAMW, "training.optimizer.rate.value": 0.0025},
    "with the paper's auxiliary losses": {"model.auxiliary.layers": "drop", "model.auxiliary.targets": 2},
}
TOLD_APART = (
    *HELD,
    "model.writer.feed",
    "model.writer.query_key_norm",
    "model.writer.rotary",
    "model.writer.rms",
    "model.writer.norm",
    "training.optimizer.kind",
    "training.optimizer.rate.kind",
    "training.optimizer.rate.value",
    "training.steps",
)

# 64 layers whose 1,000 updates take minutes, with the published optimizer; 8 windows of 64.
DEEP = {
    **{path: value for path, value in IN_SMALL.items() if path != "model.writer.layers"},
    "model.writer.width": 32,
    "model.writer.filter": 128,
    "data.batching.batch": 8,
    "model.writer.recompute": False,
    "training.steps": 1000,
    "training.evaluate_every": 100,
    "training.evaluate_tokens": 5000,
    "training.log_every": 20,
}
# By how many characters stand before.
TABLE2 = {32: 1.34, 64: 1.26, 128: 1.20, 256: 1.16, 512: 1.13}

EXHIBITS = (
    Exhibit(
        "transformer-table1",
        PAPER,
        "Table 1: bits per character on text8's test",
        {"bits per character": EXACT, **MORE},
        (
            Row("T12", "t12-text8", {"bits per character": 1.18}),
            Row("T64", "t64-text8", {"bits per character": 1.13}),
            Row("T12 as such models are built today", "t12-modern"),
        ),
        remark=f"{MEASURED} finds all three. mLSTM while learning, the paper's rival: 1.19.",
        held=(*HELD, "model.writer.layers"),
    ),
    Exhibit(
        "transformer-table2",
        PAPER,
        "Table 2: bits per character by how many characters stand before, on text8's test",
        {f"bits given {context}": f"test.contexts.by_length.{context}.bits_per_byte" for context in TABLE2},
        (
            Row(
                "T64",
                "t64-text8",
                {f"bits given {context}": bits for context, bits in TABLE2.items()},
                stand_ins=("t3-cpu",),
            ),
        ),
        remark="In the paper 71.1, 73.0, 74.4, 75.3 and 75.9% are right. The stand-in sees 128 characters.",
    ),
    Exhibit(
        "transformer-table3",
        PAPER,
        "Table 3: bits per byte on enwik8's test",
        {"bits per byte": EXACT, **MORE},
        (
            Row("T12", "t12-enwik8", {"bits per byte": 1.11}),
            Row("T64", "t64-enwik8", {"bits per byte": 1.06}),
        ),
        remark="mLSTM while learning, the paper's rival: 1.08.",
        held=HELD,
    ),
    Exhibit(
        "transformer-table4",
        PAPER,
        "Table 4: T64 without one of its parts, bits per character on text8's dev",
        {"bits per character": "valid.contexts.by_length.longest.bits_per_byte"},
        (
            Row("T64", "t64-text8", {"bits per character": 1.062}, stand_ins=("t6-small",)),
            *(
                Row(label, "t64-text8", {"bits per character": bits}, LEFT_OUT[part], ("t6-small",))
                for part, (label, bits) in WITHOUT.items()
            ),
        ),
        picture="docs/figures/transformer-ablation.png",
        remark="t6-small is the same in 6 layers of 64, trained on the beginning of text8 for minutes and given 64 "
        "characters. `octavo figure ablation results/transformer-table4-*.json` draws its rows.",
        held=(*HELD, "model.writer.width"),
    ),
    Exhibit(
        "transformer-norm",
        PAPER,
        "Where the paper is silent: 64 layers with their norms after each sub-layer, and before it",
        {"bits per character": "valid.contexts.by_length.longest.bits_per_byte"},
        (
            Row("norms after", "t64-text8", overrides={**DEEP, "model.writer.norm": "after"}),
            Row("norms before", "t64-text8", overrides=DEEP),
        ),
        commands=(
            "octavo study curves runs/norms-after runs/norms-before --out results/transformer-norm-curves.json",
            "octavo figure learning results/transformer-norm-curves.json --out docs/figures/transformer-norm.png",
        ),
        sources=("transformer-norm-curves.json",),
        picture="docs/figures/transformer-norm.png",
        remark="64 layers of 32, windows of 64, the published rate and momentum.",
        held=(*HELD, "model.writer.norm"),
    ),
    Exhibit(
        "transformer-modern",
        PAPER,
        "Beside the paper's tables: its form and the modern one in small, at equal updates and at equal time",
        {"bits per character": "valid.contexts.by_length.longest.bits_per_byte"},
        (
            Row("the paper's form", "t6-small"),
            Row("the modern form", "t12-modern", overrides=MODERN),
            *(Row(f"the modern form, {part}", "t12-modern", overrides=MODERN | own) for part, own in PARTS.items()),
            Row(
                "the modern form, a cosine → a constant rate",
                "t12-modern",
                overrides={**SMALL_MODERN, "training.optimizer.rate": 5e-3},
            ),
            Row("the paper's form with the modern optimizer", "t12-text8", overrides=PUBLISHED | MUONS | COSINE),
            Row(
                "the paper's form with AdamW and a cosine",
                "t12-text8",
                overrides={**IN_SMALL, "training.clip": 1.0, **ADAMW, **DECAY, **COSINE},
            ),
            Row(
                "the paper's form, for as long as the next",
                "t12-text8",
                overrides={**PUBLISHED, "training.optimizer.rate.value": 0.2, "training.steps": 1900},
            ),
            Row(
                "the modern form, twice the updates",
                "t12-modern",
                overrides={**MODERN, "training.steps": 1200, "training.evaluate_every": 1200},
            ),
        ),
        held=TOLD_APART,
    ),
    Exhibit(
        "transformer-table5",
        PAPER,
        "Table 5: lm1b's test, bits per byte and perplexity per word",
        {"bits per byte": "test.bits_per_byte", "perplexity per word": "test.word_perplexity"},
        (Row("T64", "t64-lm1b", {"bits per byte": 1.03, "perplexity per word": 40.6}),),
        held=HELD,
    ),
    Exhibit(
        "transformer-table6",
        PAPER,
        "Table 6 and Figure 5: samples after a text beside how it goes on, and every likely completion of a word",
        commands=(STUDY,),
        sources=TEXT,
        parts=("samples", "completions"),
        remark="Of a run that sees 128 characters, `--text docs/texts/stone.txt --given 118`; of one of text8, "
        "`--text docs/texts/stone-text8.txt --given 116 --copy-test eleanor=zjakdmu`.",
    ),
    Exhibit(
        "transformer-figure6",
        PAPER,
        "Figure 6: entropy, loss and rank of each character",
        commands=(STUDY, "octavo figure inspect results/transformer-text-t3.json --out docs/figures/inspected.png"),
        sources=TEXT,
        parts=("inspected",),
        picture="docs/figures/inspected.png",
    ),
    Exhibit(
        "transformer-figure7",
        PAPER,
        "Figure 7: is a made-up name copied over a long distance?",
        commands=(STUDY, "octavo figure copy-test results/transformer-text-t3.json --out docs/figures/copied.png"),
        sources=TEXT,
        parts=("copied",),
        picture="docs/figures/copied.png",
    ),
)

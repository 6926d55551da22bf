"""Character-level language modeling with deeper self-attention (Al-Rfou, Choe, Constant, Guo & Jones 2019)."""

from octavo.recipes.transformer import ABLATIONS
from octavo.reproduce.exhibits import Exhibit, Row

PAPER = "deep-transformer"
BITS = {"bits per character": "test.bits_per_byte"}  # of text8, whose characters are bytes
# Table 4, in the paper's words and order: what is left out, and the bits per character of dev without it.
WITHOUT = {
    "positions": ("w/out Multiple Positions", 2.482),
    "layers": ("w/out Intermediate Layer Losses", 1.158),
    "embeddings": ("w/out Positional Embeddings", 1.069),
    "targets": ("w/out Multiple Targets", 1.068),
    "optimizer": ("w/ SGD Optimizer", 1.065),
}
HELD = tuple(path for changes in ABLATIONS.values() for path in changes if path != "training.optimizer.rate")

EXHIBITS = (
    Exhibit(
        "transformer-table1",
        PAPER,
        "Table 1: bits per character on text8's test",
        BITS,
        (
            Row("T12", "t12-text8", {"bits per character": 1.18}),
            Row("T64", "t64-text8", {"bits per character": 1.13}),
            Row("T12 as such models are built today", "t12-modern"),
        ),
        held=HELD,
    ),
    Exhibit(
        "transformer-table2",
        PAPER,
        "Table 2: bits and accuracy by how many characters stand before, on text8",
        commands=(
            "octavo evaluate runs/t64-text8 --context 32 64 128 256 512 --sample 20000 --json",
            "octavo evaluate runs/t64-text8 --context 32 64 128 256 512 --json",
        ),
        sources=("*contexts*.json",),
        remark="Published for T64, test: 1.34, 1.26, 1.20, 1.16 and 1.13 bits at 32, 64, 128, 256 and 512 characters, "
        "with 71.1, 73.0, 74.4, 75.3 and 75.9% of characters right.",
    ),
    Exhibit(
        "transformer-table3",
        PAPER,
        "Table 3: bits per byte on enwik8's test",
        {"bits per byte": "test.bits_per_byte"},
        (
            Row("T12", "t12-enwik8", {"bits per byte": 1.11}),
            Row("T64", "t64-enwik8", {"bits per byte": 1.06}),
        ),
        held=HELD,
    ),
    Exhibit(
        "transformer-table4",
        PAPER,
        "Table 4: T64 without one of its parts, bits per character on text8's dev",
        {"bits per character": "valid.bits_per_byte"},
        (
            Row("T64", "t64-text8", {"bits per character": 1.062}, stand_ins=("t6-small",)),
            *(
                Row(label, "t64-text8", {"bits per character": bits}, ABLATIONS[part], ("t6-small",))
                for part, (label, bits) in WITHOUT.items()
            ),
        ),
        remark="t6-small is the same in 6 layers of 64, trained on the beginning of text8 for minutes.",
        held=HELD,
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
        "Table 6: samples after a text, beside how it goes on",
        commands=("octavo generate runs/t64-enwik9 --prompt 'The voltage clamp' --num 3 --json",),
        sources=("*samples-beside-the-truth*.json",),
    ),
    Exhibit(
        "transformer-figure5",
        PAPER,
        "Figure 5: every likely completion of a word",
        commands=("octavo complete runs/t64-text8 --prompt 'this could have been pr' --threshold 0.001 --json",),
        sources=("*completions*.json",),
    ),
    Exhibit(
        "transformer-figure6",
        PAPER,
        "Figure 6: entropy, loss and rank of each character",
        commands=(
            "octavo inspect runs/t64-text8 --text seed.txt --json > inspect.json",
            "octavo figure inspect inspect.json --out inspect.png",
        ),
        sources=("*inspect*.json",),
    ),
    Exhibit(
        "transformer-figure7",
        PAPER,
        "Figure 7: is a made-up name copied over 400 characters?",
        commands=(
            "octavo inspect runs/t64-text8 --copy-test 'elizabeth=zjakdmu bmijwxn' --text seed.txt --json > copy.json",
            "octavo figure copy-test copy.json --out copy-test.png",
        ),
        sources=("*copy*.json",),
    ),
)

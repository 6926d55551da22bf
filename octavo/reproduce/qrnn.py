"""Quasi-recurrent neural networks (Bradbury, Merity, Xiong & Socher 2017)."""

from octavo.reproduce.exhibits import Exhibit, Row

PAPER = "qrnn"
PERPLEXITY = {"valid": "valid.perplexity", "test": "test.perplexity"}
MULTI30K = "a training of 29,000 captions instead of 209,772 sentences of talks: not comparable in BLEU"

EXHIBITS = (
    Exhibit(
        "qrnn-table1",
        PAPER,
        "Table 1: accuracy on IMDB, no other data than word vectors",
        {"accuracy": "test.accuracy"},
        (
            Row("Densely-connected 4-layer LSTM", "lstm-imdb", {"accuracy": 0.909}),
            Row("Densely-connected 4-layer QRNN", "qrnn-imdb", {"accuracy": 0.914}),
            Row(
                "Densely-connected 4-layer QRNN, k = 4",
                "qrnn-imdb",
                {"accuracy": 0.911},
                {"model.reader.first_window": 4},
            ),
        ),
        remark="The paper starts from GloVe vectors, which --vectors FILE reads; rows without them start at random.",
    ),
    Exhibit(
        "qrnn-table2",
        PAPER,
        "Table 2: perplexity on the Penn Treebank's words",
        PERPLEXITY,
        (
            Row("LSTM (medium)", "lstm-ptb-640", {"valid": 85.7, "test": 82.0}),
            Row("QRNN (medium)", "qrnn-ptb-no-zoneout", {"valid": 82.9, "test": 79.9}),
            Row("QRNN + zoneout", "qrnn-ptb", {"valid": 82.1, "test": 78.3}),
        ),
    ),
    Exhibit(
        "qrnn-table3",
        PAPER,
        "Table 3: BLEU, German to English, character by character",
        {"BLEU": "test.bleu"},
        (
            Row("Char-level 4-layer LSTM", "lstm-iwslt", {"BLEU": 16.53}, stand_ins=("lstm-multi30k",)),
            Row("Char-level 4-layer QRNN", "qrnn-iwslt", {"BLEU": 19.41}, stand_ins=("qrnn-multi30k",)),
        ),
        remark=f"On Multi30k: {MULTI30K}.",
    ),
    Exhibit(
        "qrnn-figure3",
        PAPER,
        "Figure 3: the last layer's hidden states over a review",
        commands=(
            "octavo inspect runs/qrnn-imdb --text review.txt --states 128 --json > states.json",
            "octavo figure hidden-states states.json --out hidden-states.png",
        ),
        sources=("qrnn-figure3*.json",),
    ),
    Exhibit(
        "qrnn-figure4",
        PAPER,
        "Figure 4: where a training step's time goes, and a layer's speed against nn.LSTM",
        commands=(
            "octavo bench lm-step --out results/bench-lm-step.json",
            "octavo bench qrnn --out results/bench-qrnn.json",
            "octavo figure qrnn-speed results/bench-qrnn.json results/bench-lm-step.json --out qrnn-speed.png",
        ),
        sources=("bench-qrnn.json", "bench-lm-step.json"),
    ),
)

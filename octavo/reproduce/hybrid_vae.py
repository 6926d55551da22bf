"""A hybrid convolutional variational autoencoder for text generation (Semeniuta, Severyn & Barth 2017)."""

from collections.abc import Mapping
from typing import Any

from octavo.reproduce.exhibits import Exhibit, Row

PAPER = "hybrid-vae"
COST = {"bits per character": "test.bits_per_character", "KL, nats a text": "test.kl"}
# What tells one figure's runs from another's: a result in which any of these is changed is of no row that has it not.
HELD = (
    "model.plan",
    "data.batching.window",
    "model.kl_weight.kind",
    "model.writer.top.kind",
    "model.writer.top.layers",
    "model.writer.drop_word",
)
LENGTHS = (10, 20, 40, 60, 120)
ALPHAS = (0.0, 0.05, 0.1, 0.2, 0.5)
CURVES = "The paper prints curves, without figures to hold these against. In small: tools/hybrid_vae_small.sh."


def _canvas(length: int) -> dict[str, Any]:
    return {f"model.{part}.canvas": length for part in ("reader", "writer")} | {"data.batching.window": length}


def _lengths(label: str, recipe: str, lengths: tuple[int, ...], has_canvas: bool, **overrides: Any) -> tuple[Row, ...]:
    """A row for each length of window."""
    own: Mapping[str, Any] = {path.replace("__", "."): value for path, value in overrides.items()}
    windows = {length: _canvas(length) if has_canvas else {"data.batching.window": length} for length in lengths}
    return tuple(
        Row(f"{label}, {length} characters", recipe, overrides={**own, **window}) for length, window in windows.items()
    )


EXHIBITS = (
    Exhibit(
        "hybrid-figure3",
        PAPER,
        "Figure 3: reconstruction without history by length, convolutions against LSTMs",
        {"reconstruction, nats a text": "test.reconstruction"},
        (
            *_lengths("convolutions", "historyless-ptb", (10, 20, 30, 40, 50, 60), True),
            *_lengths("LSTM", "historyless-ptb-lstm", (10, 20, 30, 40, 50, 60), False),
        ),
        picture="docs/figures/hybrid-historyless-curves.png",
        remark=CURVES,
        held=HELD,
    ),
    Exhibit(
        "hybrid-historyless-speed",
        PAPER,
        "Without history: how long an update of the convolutions takes, and of the LSTMs",
        commands=(
            "octavo study speed runs/historyless-ptb runs/historyless-ptb-lstm --out results/hybrid-vae-update.json",
        ),
        sources=("hybrid-vae-update*.json",),
    ),
    Exhibit(
        "hybrid-figure4",
        PAPER,
        "Figure 4: the whole cost and its KL by length, with history",
        COST,
        (
            *_lengths("Hybrid, alpha 0.2", "hybrid-ptb", LENGTHS, True),
            *_lengths("LSTM VAE, p = 0.2", "lstm-vae-ptb-windows", LENGTHS, False),
            *_lengths("LSTM VAE, p = 0.5", "lstm-vae-ptb-windows", LENGTHS, False, model__writer__drop_word=0.5),
        ),
        picture="results/hybrid-figure4.png",
        remark=CURVES,
        held=HELD,
    ),
    Exhibit(
        "hybrid-figure5",
        PAPER,
        "Figure 5: the auxiliary loss's weight, with and without annealing of the KL",
        COST,
        (
            *(Row(f"alpha {alpha}", "hybrid-ptb", overrides={"model.plan": alpha}) for alpha in ALPHAS),
            *(
                Row(
                    f"alpha {alpha}, KL weight 1 throughout",
                    "hybrid-ptb",
                    overrides={"model.plan": alpha, "model.kl_weight": 1.0},
                )
                for alpha in ALPHAS
            ),
        ),
        picture="results/hybrid-figure5.png",
        remark=CURVES,
        held=HELD,
    ),
    Exhibit(
        "hybrid-figure6",
        PAPER,
        "Figure 6: how far the decoder sees, with and without the auxiliary loss",
        COST,
        tuple(
            Row(
                f"{layers + 1} characters seen, alpha {alpha}",
                "hybrid-ptb-masked",
                overrides={"model.writer.top.layers": layers, "model.plan": alpha},
            )
            for alpha in (0.0, 0.2)
            for layers in (1, 2, 3, 5, 10)
        ),
        picture="results/hybrid-figure6.png",
        remark=CURVES,
        held=HELD,
    ),
    Exhibit(
        "hybrid-table3",
        PAPER,
        "Table 3: tweets, reconstruction and KL in nats a tweet",
        {"reconstruction": "test.reconstruction", "KL": "test.kl", "bits per byte": "test.bits_per_byte"},
        (
            Row("LSTM VAE, p = 0.2", "lstm-vae-tweets", {"reconstruction": 67.4, "KL": 1.0}),
            Row(
                "LSTM VAE, p = 0.5",
                "lstm-vae-tweets",
                {"reconstruction": 77.1, "KL": 2.1},
                {"model.writer.drop_word": 0.5},
            ),
            Row(
                "LSTM VAE, p = 0.8",
                "lstm-vae-tweets",
                {"reconstruction": 93.7, "KL": 3.8},
                {"model.writer.drop_word": 0.8},
            ),
            Row(
                "LSTM VAE, p = 1, historyless, which the paper has not",
                "lstm-vae-tweets",
                overrides={"model.writer.drop_word": 1.0},
            ),
            Row(
                "LSTM VAE, p = 0.2, the KL's weight rising as slowly as the small hybrid's",
                "lstm-vae-tweets",
                overrides={"model.kl_weight.begin": 0.3, "model.kl_weight.until": 0.9},
            ),
            Row("Hybrid, alpha = 0.2", "hybrid-tweets", {"reconstruction": 58.5, "KL": 12.5}),
            Row("Hybrid under a QRNN, which the paper has not, alpha = 0.2", "hybrid-tweets-qrnn"),
        ),
        remark="The paper's million tweets are not published; these are a hundred thousand others. "
        "It does not name its unit, which is read as nats a tweet.",
        held=HELD,
    ),
    Exhibit(
        "hybrid-tops",
        PAPER,
        "A QRNN on the plan, which the paper has not: what it costs, and how fast it learns and writes",
        commands=(
            "octavo study speed runs/hybrid-ptb runs/hybrid-ptb-qrnn runs/lstm-vae-ptb-windows --longest 60 "
            "--out results/hybrid-vae-speed.json",
        ),
        sources=("hybrid-vae-speed*.json",),
    ),
    Exhibit(
        "hybrid-samples",
        PAPER,
        "Tables 1, 2, 4, 5 and 6: texts from the prior, and between two tweets",
        commands=("octavo study prior runs/hybrid-tweets runs/lstm-vae-tweets --out results/hybrid-vae-samples.json",),
        sources=("hybrid-vae-samples*.json",),
    ),
)

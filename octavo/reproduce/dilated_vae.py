"""Improved variational autoencoders for text modeling using dilated convolutions (Yang et al. 2017)."""

from typing import Any

from octavo.recipes.dilated_vae import DILATIONS
from octavo.reproduce.exhibits import Exhibit, Row

PAPER = "dilated-vae"
COST = {
    "KL": "test.kl",
    "perplexity": "test.perplexity",
    "mutual information": "test.mutual_information",
    "active units": "test.active_units",
    "-ELBO": "test.nats_elbo",
    "IW, K = 50": "test.nats_iw_50",
}
HELD = ("model.writer.dilations", "model.writer.kind", "data.train")
DECODERS = {"SCNN": "s", "MCNN": "m", "LCNN": "l", "VLCNN": "vl"}
# Table 2: perplexity of the language model, then KL and perplexity of the VAE and of VAE + init, LSTM first.
Figures = tuple[float, float, float, float, float]
YAHOO: tuple[Figures, ...] = (
    (66.2, 0.0, 72.5, 0.0, 69.9),
    (75.5, 13.3, 68.7, 13.9, 67.0),
    (69.1, 11.8, 67.3, 12.6, 66.0),
    (66.6, 6.7, 65.4, 10.0, 63.9),
    (67.6, 0.7, 67.6, 3.8, 67.0),
)
YELP: tuple[Figures, ...] = (
    (42.6, 0.3, 47.0, 4.7, 46.4),
    (46.6, 9.4, 43.9, 10.3, 43.1),
    (44.3, 6.9, 42.8, 9.1, 41.8),
    (43.0, 6.4, 42.3, 7.6, 41.1),
    (43.7, 2.7, 43.4, 2.2, 43.5),
)
ELSEWHERE = ("topics", "ptb", "imdb")  # at hand, where Yahoo and Yelp are not
LM, AUTOENCODER = "LSTM-LM", "LSTM autoencoder"
# Table 4a by the number of labels, in percent.
FEW = {
    "LSTM": ("lstm-few-labels", "", (10.7, 11.9, 14.3, 23.1)),
    "LA-LSTM": ("lstm-few-labels", AUTOENCODER, (20.8, 42.2, 50.4, 54.7)),
    "LM-LSTM": ("lstm-few-labels", LM, (46.9, 61.3, 63.9, 65.6)),
    "SCNN-VAE-Semi": ("scnn-vae-semi", "", (55.4, 65.6, 66.0, 65.8)),
    "SCNN-VAE-Semi + init": ("scnn-vae-semi", LM, (63.8, 65.4, 66.6, 67.4)),
}
LABELS = (100, 500, 1000, 2000)
# Table 3 at 500 labels: accuracy in percent and KL.
ABLATION = {"SCNN": (65.5, 10.4), "MCNN": (64.6, 7.2), "LCNN": (57.2, 2.7)}
OF_LABELS = {
    "accuracy": "test.accuracy",
    "KL": "test.kl",
    "perplexity": "test.perplexity",
    "mutual information": "test.mutual_information",
    "active units": "test.active_units",
}


def _decoder(name: str, recipe: str, own: dict[str, Any], figures: Figures, stand_ins: bool) -> list[Row]:
    lm, kl, vae, init_kl, init = figures
    lms, vaes = ([f"{recipe}-{kind}-{other}" for other in ELSEWHERE if stand_ins] for kind in ("lm", "vae"))
    if recipe == "lstm":  # lstm-vae-ptb is another paper's
        lms, vaes = ([name.replace("-ptb", "-sentences") for name in names] for names in (lms, vaes))
        lms += ["lstm-lm-ptb-sentences"] * stand_ins
    vae_row = (f"{recipe}-vae-yahoo", {"KL": kl, "perplexity": vae}, own, tuple(vaes))
    init_row = (f"{recipe}-vae-yahoo", {"KL": init_kl, "perplexity": init}, own, tuple(vaes), LM)
    return [
        Row(f"{name}-LM", f"{recipe}-lm-yahoo", {"perplexity": lm}, own, tuple(lms)),
        Row(f"{name}-VAE", *vae_row),
        Row(f"{name}-VAE + init", *init_row),
    ]


def _table2(corpus: str, figures: tuple[Figures, ...]) -> tuple[Row, ...]:
    at_hand = corpus == "yahoo-answers"
    data = {} if at_hand else {"data.train": corpus}
    rows = _decoder("LSTM", "lstm", data, figures[0], at_hand)
    for (name, size), one in zip(DECODERS.items(), figures[1:], strict=True):
        rows += _decoder(name, "scnn", {**data, "model.writer.dilations": DILATIONS[size]}, one, at_hand)
    return tuple(rows)


def _begun_from() -> tuple[Row, ...]:
    return (
        Row(LM, "lstm-lm-yahoo", stand_ins=("lstm-lm-20news",)),
        Row(AUTOENCODER, "lstm-autoencoder-yahoo", stand_ins=("lstm-autoencoder-20news",)),
    )


def _few() -> tuple[Row, ...]:
    return tuple(
        Row(
            f"{label}, {labels} labels",
            f"{recipe}-yahoo",
            {"accuracy": round(accuracy / 100, 3)},
            {"data.batching.labels": labels},
            (f"{recipe}-20news",),
            begun,
        )
        for label, (recipe, begun, accuracies) in FEW.items()
        for labels, accuracy in zip(LABELS, accuracies, strict=True)
    )


def _ablation() -> tuple[Row, ...]:
    lstm = Row(
        "LSTM-VAE-Semi",
        "scnn-vae-semi-yahoo",
        {"accuracy": 0.519, "KL": 9.3},
        {"model.writer.kind": "lstm"},
        ("scnn-vae-semi-20news",),
    )
    rows = [
        Row(
            f"{name}-VAE-Semi",
            "scnn-vae-semi-yahoo",
            {"accuracy": round(accuracy / 100, 3), "KL": kl},
            {"model.writer.dilations": DILATIONS[DECODERS[name]]},
            ("scnn-vae-semi-20news",),
        )
        for name, (accuracy, kl) in ABLATION.items()
    ]
    return (lstm, *rows)


EXHIBITS = (
    Exhibit(
        "dilated-table2",
        PAPER,
        "Table 2a and Figure 2: Yahoo, KL in nats a text and perplexity, of -ELBO",
        COST,
        _table2("yahoo-answers", YAHOO),
        picture="results/dilated-figure2.png",
        remark="-ELBO and IW are nats a text, both of the same texts of test, drawn by the JSON's `texts_seed` or, "
        "where it has none, the first; their number is its `bound_texts`. On PTB's sentences every decoder from MCNN "
        "on sees the whole sentence.",
        held=HELD,
    ),
    Exhibit("dilated-table2b", PAPER, "Table 2b: Yelp, the same", COST, _table2("yelp", YELP), held=HELD),
    Exhibit(
        "dilated-figure3",
        PAPER,
        "Figure 3: a latent of two dimensions, by label",
        commands=(
            "octavo train scnn-vae-plane-20news --out runs/scnn-vae-plane-20news",
            "octavo study plane runs/scnn-vae-plane-20news --out results/dilated-plane.json",
            "octavo figure plane results/dilated-plane.json --out results/dilated-figure3.png",
        ),
        sources=("dilated-plane*.json",),
        picture="results/dilated-figure3.png",
    ),
    Exhibit(
        "dilated-table3",
        PAPER,
        "Table 3: other decoders at 500 labels, on Yahoo",
        OF_LABELS,
        _ablation(),
        held=("data.batching.labels", "model.writer.dilations", "model.writer.kind"),
    ),
    Exhibit(
        "dilated-table4",
        PAPER,
        "Table 4a: accuracy with few labels, on Yahoo, and what two of the baselines and + init begin from",
        OF_LABELS,
        (*_begun_from(), *_few()),
        picture="results/dilated-table4.png",
        held=("data.batching.labels", "model.writer.dilations", "model.writer.kind"),
    ),
    Exhibit(
        "dilated-table5",
        PAPER,
        "Table 5: clusters of Yahoo without a label",
        {
            "accuracy": "test.cluster_accuracy",
            "one to one": "test.hungarian_accuracy",
            "normalised mutual information": "test.normalised_mutual_information",
            "entropy of the mean assignment": "test.assignment_entropy",
            "KL": "test.kl",
            "perplexity": "test.perplexity",
            "mutual information": "test.mutual_information",
            "active units": "test.active_units",
        },
        (
            Row(LM, "lstm-lm-yahoo", stand_ins=("lstm-lm-20news",)),
            Row(
                "SCNN-VAE-Unsup + init",
                "scnn-clusters-yahoo",
                {"accuracy": 0.599},
                stand_ins=("scnn-clusters-20news",),
                begun=LM,
            ),
            Row("SCNN-VAE-Unsup", "scnn-clusters-yahoo", stand_ins=("scnn-clusters-20news",)),
        ),
    ),
    Exhibit(
        "dilated-table5-mixtures",
        PAPER,
        "Table 5's baselines: Gaussian mixtures over an LSTM-LM's last states (published: accuracy 0.258), a VAE's "
        "posterior means (0.566), and over those of one whose reader began from a language model (0.57)",
        commands=(
            "octavo study mixtures runs/lstm-lm-topics runs/scnn-vae-topics runs/scnn-vae-topics-init "
            "--out results/dilated-mixtures.json",
        ),
        sources=("dilated-mixtures*.json",),
    ),
    Exhibit(
        "dilated-table6",
        PAPER,
        "Table 6: texts by label, z being the same",
        commands=(
            "octavo study by-label runs/scnn-vae-semi-20news --num-beams 10 --out results/dilated-by-label.json",
            "octavo generate runs/scnn-vae-semi-20news --label sci.space --num 1 --num-beams 10 --bad-words '<unk>'",
        ),
        sources=("*by-label*.json",),
        remark="Beside each label stands how likely the model's own q(y | x) finds it of the text. Texts are ranked by "
        "nats a token; the unknown word is barred.",
    ),
)

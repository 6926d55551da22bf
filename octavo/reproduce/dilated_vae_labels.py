"""Few labels, no labels, and texts by label: Tables 3 to 6 of Yang et al. 2017."""

from octavo.recipes.dilated_vae import DILATIONS
from octavo.reproduce.dilated_vae import BOUND, COST, DECODERS, LM, NATS, PAPER, SAMPLES, data_of
from octavo.reproduce.exhibits import Exhibit, Row

AUTOENCODER = "LSTM autoencoder, told the text"
# Table 4 by the number of labels, in percent: Yahoo, then Yelp.
FEW = {
    "LSTM": ("lstm-few-labels", "", (10.7, 11.9, 14.3, 23.1), (22.6, 25.4, 27.9, 29.9)),
    "LA-LSTM": ("lstm-few-labels", AUTOENCODER, (20.8, 42.2, 50.4, 54.7), (35.2, 46.4, 49.8, 52.2)),
    "LM-LSTM": ("lstm-few-labels", LM, (46.9, 61.3, 63.9, 65.6), (46.9, 54.1, 57.2, 57.7)),
    "SCNN-VAE-Semi": ("scnn-vae-semi", "", (55.4, 65.6, 66.0, 65.8), (51.4, 53.5, 55.3, 57.4)),
    "SCNN-VAE-Semi + init": ("scnn-vae-semi", LM, (63.8, 65.4, 66.6, 67.4), (52.6, 57.3, 58.9, 59.8)),
}
LABELS = (100, 500, 1000, 2000)
# Table 3 at 500 labels: accuracy in percent, NLL and KL.
ABLATION = {
    "LSTM": (51.9, 345.5, 9.3),
    "SCNN": (65.5, 335.7, 10.4),
    "MCNN": (64.6, 332.8, 7.2),
    "LCNN": (57.2, 331.3, 2.7),
}
OF_LABELS = {"accuracy": "test.accuracy", "KL of the label": "test.label_kl", **COST}
OF_CLUSTERS = {
    "accuracy": "test.cluster_accuracy",
    "one to one": "test.hungarian_accuracy",
    "normalised mutual information": "test.normalised_mutual_information",
    "entropy of the mean assignment": "test.assignment_entropy",
    "KL of the label": "test.label_kl",
    **COST,
}
HELD = ("data.batching.labels", "model.writer.dilations", "model.writer.kind")


def _begun_from(corpus: str, at_hand: str = "") -> tuple[Row, ...]:
    """What two of the baselines and + init begin from."""
    recipes = {LM: "lstm-lm", AUTOENCODER: "lstm-autoencoder"}
    return tuple(
        Row(label, f"{recipe}-yahoo", {}, data_of(corpus), (f"{recipe}-{at_hand}",) if at_hand else ())
        for label, recipe in recipes.items()
    )


def _few(corpus: str, at_hand: str = "") -> tuple[Row, ...]:
    """Every system at every number of labels."""
    return tuple(
        Row(
            f"{label}, {labels} labels",
            f"{recipe}-yahoo",
            {"accuracy": round(accuracy / 100, 3)},
            {"data.batching.labels": labels, **data_of(corpus)},
            (f"{recipe}-{at_hand}",) if at_hand else (),
            begun,
        )
        for label, (recipe, begun, yahoo, yelp) in FEW.items()
        for labels, accuracy in zip(LABELS, yahoo if corpus == "yahoo-answers" else yelp, strict=True)
    )


def _of_reviews() -> tuple[Row, ...]:
    """The same systems where the texts are film reviews, which the paper has not."""
    return tuple(
        Row(f"{label}, {labels} labels", f"{recipe}-imdb", {}, {"data.batching.labels": labels}, begun=begun)
        for label, (recipe, begun, _, _) in FEW.items()
        for labels in LABELS[:2]
    )


def _ablation() -> tuple[Row, ...]:
    return tuple(
        Row(
            f"{name}-VAE-Semi",
            f"{kind}-vae-semi-yahoo",
            {"accuracy": round(accuracy / 100, 3), "NLL": nll, "KL": kl},
            {} if name == "LSTM" else {"model.writer.dilations": DILATIONS[DECODERS[name]]},
            (f"{kind}-vae-semi-20news",),
        )
        for name, (accuracy, nll, kl) in ABLATION.items()
        for kind in ["lstm" if name == "LSTM" else "scnn"]
    )


EXHIBITS = (
    Exhibit(
        "dilated-table3",
        PAPER,
        "Table 3: other decoders at 500 labels, on Yahoo",
        OF_LABELS,
        _ablation(),
        remark=f"{NATS} {SAMPLES}",
        held=HELD,
        bound=BOUND,
    ),
    Exhibit(
        "dilated-table4",
        PAPER,
        "Table 4a: accuracy with few labels, on Yahoo, and what two of the baselines and + init begin from",
        OF_LABELS,
        (*_begun_from("yahoo-answers", "20news"), *_few("yahoo-answers", "20news")),
        commands=(
            "octavo figure few-labels results/dilated-vae-news-scratch-[0-9]*.json "
            "results/dilated-vae-news-la-init-[0-9]*.json results/dilated-vae-news-lm-init-[0-9]*.json "
            "results/dilated-vae-news-semi-[0-9]*.json results/dilated-vae-news-semi-init-[0-9]*.json "
            "--out results/dilated-table4.png",
        ),
        picture="results/dilated-table4.png",
        remark=f"{NATS} {SAMPLES}",
        held=HELD,
        bound=BOUND,
    ),
    Exhibit(
        "dilated-table4b",
        PAPER,
        "Table 4b: the same on Yelp",
        OF_LABELS,
        (*_begun_from("yelp"), *_few("yelp")),
        remark=f"{NATS} {SAMPLES}",
        held=HELD,
        bound=BOUND,
    ),
    Exhibit(
        "dilated-sentiment",
        PAPER,
        "Beside Table 4b: few labels of film reviews, 100 words of each",
        OF_LABELS,
        (Row(LM, "lstm-lm-imdb"), Row(AUTOENCODER, "lstm-autoencoder-imdb"), *_of_reviews()),
        remark=NATS,
        held=HELD,
        bound=BOUND,
    ),
    Exhibit(
        "dilated-table5",
        PAPER,
        "Table 5: clusters of Yahoo without a label",
        OF_CLUSTERS,
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
        remark=f"{NATS} {SAMPLES}",
        bound=BOUND,
    ),
    Exhibit(
        "dilated-table5-mixtures",
        PAPER,
        "Table 5's baselines: Gaussian mixtures over an LSTM-LM's last states (published: accuracy 0.258), a VAE's "
        "posterior means (0.566), and over those of one whose reader began from a language model (0.57)",
        commands=(
            "tools/dilated_vae_small.sh runs results reader table2-small table2-init:scnn",
            "octavo study mixtures runs/dilated-vae-reader runs/dilated-vae-topics-scnn-vae "
            "runs/dilated-vae-topics-scnn-vae-init --out results/dilated-mixtures.json",
        ),
        sources=("dilated-mixtures*.json",),
        remark="Each run's mixture is chosen by the accuracy of validation texts; the best is the best on test, as the "
        "paper has it.",
    ),
    Exhibit(
        "dilated-table6",
        PAPER,
        "Table 6: texts by label, z being the same",
        commands=(
            "tools/dilated_vae_small.sh runs results reader table6",
            "octavo study by-label runs/dilated-vae-semi-init-5000-1 --num-beams 10 "
            "--out results/dilated-by-label.json",
            "octavo generate runs/dilated-vae-semi-init-5000-1 --label sports --num 3 --temperature 0.8",
        ),
        sources=("*by-label*.json",),
        remark="Beside each label stands how likely the model's own q(y | x) finds it of the text. Texts are ranked by "
        "nats a token; the unknown word is barred.",
    ),
)

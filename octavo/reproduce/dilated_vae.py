"""Improved variational autoencoders for text modeling using dilated convolutions (Yang et al. 2017)."""

from typing import Any

from octavo.recipes.dilated_vae import DILATIONS
from octavo.reproduce.exhibits import Exhibit, Row

PAPER = "dilated-vae"
COST = {
    "NLL": "test.nats_a_text",
    "KL": "test.kl",
    "perplexity": "test.perplexity",
    "mutual information": "test.mutual_information",
    "active units": "test.active_units",
    "-ELBO": "test.nats_elbo",
    "IW": "test.nats_iw_*",
}
BOUND = {"texts": 500, "samples": 50, "limit": 100}
NATS = (
    "NLL is nats a text over all of test, of a VAE the bound; -ELBO and IW are nats a text too, both of texts that "
    "the JSON's `texts_seed` drew or, where it has none, the first."
)
# Yang et al. (2017) took parts of Yahoo and Yelp.
SAMPLES = (
    "The published figures are of samples of 100,000, 10,000 and 10,000 texts: those of a whole corpus, which is read "
    "where no sample is at hand, are of other texts."
)
HELD = ("model.writer.dilations", "model.writer.kind", "data.train")
DECODERS = {"SCNN": "s", "MCNN": "m", "LCNN": "l", "VLCNN": "vl"}
# Table 2: NLL and perplexity of the language model, then NLL, KL and perplexity of the VAE and of VAE + init.
Figures = tuple[tuple[float, float], tuple[float, float, float], tuple[float, float, float]]
YAHOO: tuple[Figures, ...] = (  # LSTM first
    ((334.9, 66.2), (342.1, 0.0, 72.5), (339.2, 0.0, 69.9)),
    ((345.3, 75.5), (337.8, 13.3, 68.7), (335.9, 13.9, 67.0)),
    ((338.3, 69.1), (336.2, 11.8, 67.3), (334.6, 12.6, 66.0)),
    ((335.4, 66.6), (333.9, 6.7, 65.4), (332.1, 10.0, 63.9)),
    ((336.5, 67.6), (336.5, 0.7, 67.6), (335.8, 3.8, 67.0)),
)
YELP: tuple[Figures, ...] = (
    ((362.7, 42.6), (372.2, 0.3, 47.0), (368.9, 4.7, 46.4)),
    ((371.2, 46.6), (365.6, 9.4, 43.9), (363.7, 10.3, 43.1)),
    ((366.5, 44.3), (363.0, 6.9, 42.8), (360.7, 9.1, 41.8)),
    ((363.5, 43.0), (361.9, 6.4, 42.3), (359.1, 7.6, 41.1)),
    ((364.8, 43.7), (364.3, 2.7, 43.4), (364.7, 2.2, 43.5)),
)
LM = "LSTM-LM"
OF_BOTH = {
    "perplexity": "test.perplexity",
    "perplexity of drawn texts": "test.perplexity_drawn",
    "perplexity of -ELBO": "test.perplexity_elbo",
    "IW perplexity": "test.perplexity_iw_*",
    "NLL": "test.nats_a_text",
    "-ELBO": "test.nats_elbo",
    "KL": "test.kl",
    "mutual information": "test.mutual_information",
    "active units": "test.active_units",
}
FIRST_STAGE = "LSTM-VAE, the KL weighing nothing"


def _decoder(name: str, own: dict[str, Any], figures: Figures, stand_ins: bool) -> list[Row]:
    lm, vae, init = figures
    recipe, stand_in = name.lower(), "lstm" if name == "LSTM" else "scnn"
    lms, vaes = ((f"{stand_in}-{kind}-topics",) if stand_ins else () for kind in ("lm", "vae"))
    of_vae = ("NLL", "KL", "perplexity")
    return [
        Row(f"{name}-LM", f"{recipe}-lm-yahoo", dict(zip(("NLL", "perplexity"), lm, strict=True)), own, lms),
        Row(f"{name}-VAE", f"{recipe}-vae-yahoo", dict(zip(of_vae, vae, strict=True)), own, vaes),
        Row(f"{name}-VAE + init", f"{recipe}-vae-yahoo", dict(zip(of_vae, init, strict=True)), own, vaes, LM),
    ]


def data_of(corpus: str) -> dict[str, str]:
    """What a row changes to be of this corpus: nothing where it is the recipes' own."""
    return {} if corpus == "yahoo-answers" else {"data.train": corpus}


def _table2(corpus: str, figures: tuple[Figures, ...]) -> tuple[Row, ...]:
    data = data_of(corpus)
    at_hand = not data
    rows = _decoder("LSTM", data, figures[0], at_hand)
    for (name, size), one in zip(DECODERS.items(), figures[1:], strict=True):
        rows += _decoder(name, {**data, "model.writer.dilations": DILATIONS[size]}, one, at_hand)
    return tuple(rows)


def _reviews() -> tuple[Row, ...]:
    """Each decoder alone and as a VAE where the paper's claim is tried once more: film reviews, by equal updates."""
    rows = [Row("LSTM-LM", "lstm-lm-imdb"), Row("LSTM-VAE", "lstm-vae-imdb")]
    for name, size in DECODERS.items():
        own = {"model.writer.dilations": DILATIONS[size]}
        rows += [Row(f"{name}-LM", "scnn-lm-imdb", {}, own), Row(f"{name}-VAE", "scnn-vae-imdb", {}, own)]
    return tuple(rows)


def _sentences() -> tuple[Row, ...]:
    """Each decoder alone, as a VAE, and as a VAE in the ways that came after the paper; then what those published."""
    sizes = {"3-word CNN": "tiny", "7-word CNN": "smaller", "SCNN": "s", "MCNN": "m", "LCNN": "l"}
    rows = _by_later_ways("LSTM", "lstm-{}-sentences", {})
    for name, size in sizes.items():
        rows += _by_later_ways(name, "scnn-{}-ptb", {"model.writer.dilations": DILATIONS[size]})
    return (
        Row(FIRST_STAGE, "lstm-vae-ptb-autoencoder"),
        *rows,
        Row("LSTM-LM (Li et al. 2019)", "lstm-lm-ptb-sentences", {"perplexity": 100.5}),
        Row(
            "LSTM-VAE, annealed (Li et al. 2019)",
            "lstm-vae-ptb",
            {"IW perplexity": 101.4, "mutual information": 0.0},
            {"model.target": 0.0},
        ),
        Row(
            "LSTM-VAE, from an autoencoder, 8 nats free (Li et al. 2019)",
            "lstm-vae-ptb",
            {"IW perplexity": 96.9, "mutual information": 5.3, "active units": 32},
            begun=FIRST_STAGE,
        ),
    )


def _by_later_ways(name: str, recipe: str, own: dict[str, Any]) -> list[Row]:
    vae = recipe.format("vae")
    later = {**own, "model.target": 8.0, "model.kl_weight.start": 0.0}
    return [
        Row(f"{name}-LM", recipe.format("lm"), {}, own),
        Row(f"{name}-VAE", vae, {}, own),
        Row(f"{name}-VAE, from an autoencoder, 8 nats free", vae, {}, later, begun=FIRST_STAGE),
    ]


EXHIBITS = (
    Exhibit(
        "dilated-table2",
        PAPER,
        "Table 2a and Figure 2: Yahoo, NLL and KL in nats a text, and perplexity",
        COST,
        _table2("yahoo-answers", YAHOO),
        commands=(
            "octavo figure stacked-cost results/dilated-vae-topics-*-lm.json results/dilated-vae-topics-*-vae*.json "
            "--out results/dilated-figure2.png",
        ),
        picture="results/dilated-figure2.png",
        remark=f"{NATS} {SAMPLES}",
        held=HELD,
        bound=BOUND,
    ),
    Exhibit(
        "dilated-table2b",
        PAPER,
        "Table 2b: Yelp, the same",
        COST,
        _table2("yelp", YELP),
        remark=f"{NATS} {SAMPLES}",
        held=HELD,
        bound=BOUND,
    ),
    Exhibit(
        "dilated-imdb",
        PAPER,
        "Beside Table 2 and Figure 2: film reviews, 100 words of each",
        COST,
        _reviews(),
        commands=(
            "octavo figure stacked-cost results/dilated-vae-imdb-*-lm.json results/dilated-vae-imdb-*-vae*.json "
            "--out results/dilated-imdb.png",
        ),
        picture="results/dilated-imdb.png",
        remark=NATS,
        held=HELD,
        bound=BOUND,
    ),
    Exhibit(
        "dilated-ptb",
        PAPER,
        "PTB sentences: decoders alone, as VAEs, and by what came after the paper (Li et al. 2019)",
        OF_BOTH,
        _sentences(),
        remark=f"{NATS} A language model's perplexity is its own, of all of test. From MCNN on a decoder sees all of a "
        "sentence.",
        held=(*HELD, "data.codec.limit"),
        bound=BOUND | {"samples": 500},
    ),
    Exhibit(
        "dilated-figure3",
        PAPER,
        "Figure 3: a latent of two dimensions, by label",
        commands=(
            "tools/dilated_vae_small.sh runs results reader figure3",
            "octavo study plane runs/dilated-vae-plane --out results/dilated-plane.json",
            "octavo figure plane results/dilated-plane.json --out results/dilated-figure3.png",
        ),
        sources=("dilated-plane*.json",),
        picture="results/dilated-figure3.png",
    ),
)

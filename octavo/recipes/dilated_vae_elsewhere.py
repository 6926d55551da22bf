"""The dilated VAE's recipes on data at hand, half as wide: what a machine without an accelerator can bear."""

from collections.abc import Callable
from functools import partial
from typing import Any

from octavo.recipe import Recipe, override
from octavo.recipes.dilated_vae import (
    PAPER,
    autoencoder,
    clusters,
    few_labels,
    language_model,
    plane,
    semi_supervised,
    vae,
)

HALF_LSTM = {"model.writer.width": 512, "model.writer.embedding": 256}
HALF_CNN = {**HALF_LSTM, "model.writer.inner": 256}
HALF_READER = {"model.reader.width": 512, "model.reader.embedding": 256}
HALF_VAE = {**HALF_CNN, **HALF_READER, "model.hidden": 512}
HALF_LSTM_VAE = {**HALF_LSTM, **HALF_READER, "model.hidden": 512, "model.writer.first_hidden": 512}
PTB = {"data.train": "ptb", "data.files.unit": "lines", "data.codec.limit": 10_000}
IMDB = {"data.train": "imdb", "data.files.clean": ("breaks", "punctuation", "first-100-words")}
NEWS = {
    "data.train": "20news",
    "data.files.clean": ("posts", "punctuation", "first-100-words"),
    "data.codec.limit": 10_000,
}
TOPICS = NEWS | {"data.train": "20news-topics"}

LM_OF_SMALL, VAE_OF_SMALL = partial(language_model, "s"), partial(vae, "s")
LM_OF_LSTM, VAE_OF_LSTM = partial(language_model, "lstm"), partial(vae, "lstm")
# Sentences of PTB average 21 words: SCNN sees most of each, and --model.writer.dilations [1] three words.
ELSEWHERE: dict[str, tuple[Callable[[], Recipe], str, dict[str, Any]]] = {
    "scnn-lm-ptb": (LM_OF_SMALL, "PTB sentences: the SCNN decoder as a language model", PTB | HALF_CNN),
    "scnn-vae-ptb": (VAE_OF_SMALL, "PTB sentences: a VAE with the SCNN decoder", PTB | HALF_VAE),
    "scnn-lm-imdb": (LM_OF_SMALL, "100 words of film reviews: the SCNN decoder as a language model", IMDB | HALF_CNN),
    "scnn-vae-imdb": (VAE_OF_SMALL, "100 words of film reviews: a VAE with the SCNN decoder", IMDB | HALF_VAE),
    "lstm-lm-sentences": (LM_OF_LSTM, "PTB sentences: an LSTM, trained as the decoders are", PTB | HALF_LSTM),
    "lstm-vae-sentences": (VAE_OF_LSTM, "PTB sentences: a VAE with that LSTM", PTB | HALF_LSTM_VAE),
    "lstm-lm-imdb": (LM_OF_LSTM, "100 words of film reviews: an LSTM", IMDB | HALF_LSTM),
    "lstm-vae-imdb": (VAE_OF_LSTM, "100 words of film reviews: a VAE with an LSTM decoder", IMDB | HALF_LSTM_VAE),
    "lstm-lm-topics": (LM_OF_LSTM, "100 words of posts on five topics: an LSTM", TOPICS | HALF_LSTM),
    "lstm-vae-topics": (
        VAE_OF_LSTM,
        "100 words of posts on five topics: a VAE with an LSTM decoder",
        TOPICS | HALF_LSTM_VAE,
    ),
    "scnn-lm-topics": (LM_OF_SMALL, "100 words of posts on five topics: the SCNN decoder alone", TOPICS | HALF_CNN),
    "scnn-vae-topics": (
        VAE_OF_SMALL,
        "100 words of posts on five topics: a VAE with the SCNN decoder",
        TOPICS | HALF_VAE,
    ),
    "lstm-lm-20news": (LM_OF_LSTM, "100 words of posts: an LSTM to start from", NEWS | HALF_LSTM),
    "lstm-autoencoder-20news": (
        autoencoder,
        "100 words of posts: a sequence autoencoder to start from",
        NEWS | HALF_LSTM | HALF_READER,
    ),
    "lstm-few-labels-20news": (
        few_labels,
        "100 words of posts, 500 with their newsgroup: an LSTM classifier",
        NEWS | HALF_READER,
    ),
    "scnn-vae-semi-20news": (
        semi_supervised,
        "100 words of posts, 500 with their newsgroup: a VAE with label and Gaussian",
        NEWS | HALF_VAE,
    ),
    "lstm-vae-semi-20news": (
        partial(semi_supervised, "lstm"),
        "100 words of posts, 500 with their newsgroup: a VAE with label and Gaussian, LSTM decoder",
        NEWS | HALF_LSTM_VAE,
    ),
    "lstm-autoencoder-imdb": (
        autoencoder,
        "100 words of film reviews: a sequence autoencoder to start from",
        IMDB | HALF_LSTM | HALF_READER,
    ),
    "lstm-few-labels-imdb": (
        few_labels,
        "100 words of film reviews, 500 with their verdict: an LSTM classifier",
        IMDB | HALF_READER,
    ),
    "scnn-vae-semi-imdb": (
        semi_supervised,
        "100 words of film reviews, 500 with their verdict: a VAE with label and Gaussian",
        IMDB | HALF_VAE,
    ),
    "scnn-clusters-20news": (
        clusters,
        "100 words of posts in twenty clusters: a VAE with class and Gaussian",
        NEWS | HALF_VAE | {"model.clusters": 20},
    ),
    "scnn-vae-plane-20news": (
        plane,
        "100 words of posts in a plane: a VAE with a z of two numbers",
        NEWS | HALF_VAE,
    ),
}


def _elsewhere(name: str) -> Recipe:
    """A recipe of the paper's on other data, half as wide: of that it publishes nothing."""
    recipe, about, changes = ELSEWHERE[name]
    own = {"name": name, "about": f"{about}, half as wide", "paper": f"none: {PAPER} on other data", "published": ""}
    return override(recipe(), {**own, **changes})


RECIPES: dict[str, Callable[[], Recipe]] = {name: partial(_elsewhere, name) for name in ELSEWHERE}

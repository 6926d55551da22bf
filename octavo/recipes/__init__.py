"""Recipes: a file a paper, a function a recipe, and one line here."""

from collections.abc import Callable

from octavo.recipe import Recipe
from octavo.recipes import dilated_vae, dilated_vae_elsewhere, hybrid_vae, latent, lstm, qrnn, recursive, transformer
from octavo.spelling import nearest

RECIPES: dict[str, Callable[[], Recipe]] = {
    "lstm-bytes": lstm.bytes_model,
    "lstm-ptb-medium": lstm.ptb_medium,
    "lstm-autoencoder": lstm.autoencoder,
    "lstm-vae": latent.vae,
    "lstm-vae-ptb-autoencoder": latent.ptb_autoencoder,
    "lstm-vae-ptb": latent.ptb,
    "lstm-lm-ptb-sentences": latent.ptb_lm,
    "hybrid-tweets": hybrid_vae.tweets,
    "hybrid-tweets-qrnn": hybrid_vae.tweets_qrnn,
    "lstm-vae-tweets": hybrid_vae.tweets_lstm,
    "hybrid-ptb": hybrid_vae.ptb,
    "hybrid-ptb-masked": hybrid_vae.ptb_masked,
    "lstm-vae-ptb-windows": hybrid_vae.ptb_lstm,
    "historyless-ptb": hybrid_vae.historyless,
    "historyless-ptb-lstm": hybrid_vae.historyless_lstm,
    "qrnn-ptb": qrnn.ptb,
    "qrnn-ptb-no-zoneout": qrnn.ptb_no_zoneout,
    "lstm-ptb-640": qrnn.ptb_lstm,
    "qrnn-bytes": qrnn.bytes_model,
    "qrnn-characters": qrnn.characters_model,
    "qrnn-imdb": qrnn.imdb,
    "lstm-imdb": qrnn.imdb_lstm,
    "qrnn-multi30k": qrnn.multi30k,
    "lstm-multi30k": qrnn.multi30k_lstm,
    "qrnn-iwslt": qrnn.iwslt,
    "lstm-iwslt": qrnn.iwslt_lstm,
    "qrnn-tatoeba": qrnn.tatoeba,
    **dilated_vae.RECIPES,
    **dilated_vae_elsewhere.RECIPES,
    **recursive.RECIPES,
    **transformer.RECIPES,
}


def recipe(name: str) -> Recipe:
    """The recipe of this name."""
    if name not in RECIPES:
        raise ValueError(f"no recipe {name!r}: {nearest(name, RECIPES)}")
    return RECIPES[name]()

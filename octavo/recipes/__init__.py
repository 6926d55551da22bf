"""Recipes: a file a paper, a function a recipe, and one line here."""

from collections.abc import Callable

from octavo.recipe import Recipe, nearest
from octavo.recipes import lstm

RECIPES: dict[str, Callable[[], Recipe]] = {
    "lstm-bytes": lstm.bytes_model,
    "lstm-ptb-medium": lstm.ptb_medium,
    "lstm-autoencoder": lstm.autoencoder,
}


def recipe(name: str) -> Recipe:
    """The recipe of this name."""
    if name not in RECIPES:
        raise ValueError(f"no recipe {name!r}: {nearest(name, RECIPES)}")
    return RECIPES[name]()

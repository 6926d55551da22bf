import torch

from octavo.bench.memory import kept
from octavo.interfaces import Alphabet, Batch
from octavo.models import build_model
from octavo.recipe import tiny
from octavo.recipes import recipe


def test_twice_the_texts_keep_nearly_twice_as_much_for_weights_do_not_count() -> None:
    model = build_model(tiny(recipe("t12-text8")).model, Alphabet(256, 10))
    found = []
    for rows in (8, 16):
        tokens_LB = torch.ones(16, rows, dtype=torch.long)
        found.append(kept(model, Batch(tokens_LB, torch.full((rows,), 16), tokens_LB[-1])))
    assert 1.7 < found[1] / found[0] < 2

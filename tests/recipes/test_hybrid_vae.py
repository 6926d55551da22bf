"""Shapes: L length, B batch."""

import pytest
import torch

from octavo.data.codecs import Bytes
from octavo.interfaces import Alphabet, Batch, Progress
from octavo.models import ModelConfig, build_model
from octavo.models.vae import VAE, VAEConfig
from octavo.recipe import override, tiny
from octavo.recipes import recipe
from tests.batches import perturbed

TWEETS, PTB = Bytes(documents=True).alphabet, Alphabet(51, 1)


def parameters(model: ModelConfig, alphabet: Alphabet) -> int:
    with torch.device("meta"):
        return sum(parameter.numel() for parameter in build_model(model, alphabet).parameters())


def test_the_models_of_tweets_have_the_papers_parameters() -> None:
    assert parameters(recipe("hybrid-tweets").model, TWEETS) == pytest.approx(10.8e6, rel=0.005)
    assert parameters(recipe("lstm-vae-tweets").model, TWEETS) == pytest.approx(10.5e6, rel=0.005)


def test_the_historyless_models_have_equally_many_parameters() -> None:
    convolutions, lstms = (parameters(recipe(name).model, PTB) for name in ("historyless-ptb", "historyless-ptb-lstm"))
    assert lstms == pytest.approx(convolutions, rel=0.02)


def test_the_kl_weighs_next_to_nothing_then_linearly_more_then_all_and_the_rate_decays() -> None:
    """Of 100 epochs of 1,000 batches: annealed from the 50th to the 60th, decayed by 0.95 from the 70th on."""
    made = recipe("hybrid-tweets")
    assert isinstance(made.model, VAEConfig)
    weights = [made.model.kl_weight(Progress(share=share)) for share in (0.0, 0.5, 0.525, 0.6, 1.0)]
    assert weights == pytest.approx([0.001, 0.001, 0.001 + 0.25 * 0.999, 1, 1])
    rates = [made.training.optimizer.rate(Progress(share=share)) for share in (0.0, 0.699, 0.7, 0.715)]
    assert rates == pytest.approx([1e-3, 1e-3, 0.95e-3, 0.95**2 * 1e-3])


@pytest.mark.parametrize("name", ["historyless-ptb", "historyless-ptb-lstm"])
def test_without_history_no_token_is_seen_by_those_after_it(name: str) -> None:
    shrunk = tiny(recipe(name)).model
    assert isinstance(shrunk, VAEConfig)
    model, z_BZ = VAE(shrunk, PTB).double().eval(), torch.ones(3, shrunk.latent).double()
    tokens_LB, lengths_B = torch.arange(24).view(8, 3), torch.full((3,), 8)
    texts = [
        Batch(text_LB, lengths_B, torch.ones(3, dtype=torch.int64)) for text_LB in (tokens_LB, perturbed(tokens_LB, 2))
    ]
    before_LB, after_LB = (model.given(text, z_BZ) for text in texts)
    assert (before_LB != after_LB).any(1).tolist() == [position == 2 for position in range(8)]


@pytest.mark.parametrize(
    ("name", "side"), [("hybrid-ptb", "reader"), ("hybrid-ptb", "writer"), ("historyless-ptb", "writer")]
)
def test_without_a_layer_there_is_no_network_and_the_field_is_named(name: str, side: str) -> None:
    with pytest.raises(ValueError, match=rf"model\.{side}\.maps"):
        override(recipe(name), {f"model.{side}.maps": []})

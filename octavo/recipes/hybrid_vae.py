"""The hybrid convolutional VAE and the LSTM VAE that it is held against (Semeniuta, Severyn & Barth 2017).

Where the paper is silent, figures are those of the authors' code (github.com/ssemeniuta/textvae): z of 50 or 100, the
rate and its decay, batches, when the KL is annealed, and the smaller networks of PTB. Its 100 epochs of 1,000 batches
are the steps here; what changes on the way does so at shares of them, so that a shorter run is the same in small.
"""

from typing import Any

from octavo.data.batching import DocumentsConfig, WindowsConfig
from octavo.data.codecs import CharactersConfig
from octavo.data.prepare import DataConfig
from octavo.models.vae import VAEConfig
from octavo.readers.lstm import LSTMReaderConfig
from octavo.readers.strided import StridedReaderConfig
from octavo.recipe import Recipe, override
from octavo.schedules import Ramp, StepDecay
from octavo.training.optimizers import AdamConfig
from octavo.training.trainer import TrainingConfig
from octavo.writers.deconvolution import DeconvolutionWriterConfig
from octavo.writers.hybrid import HybridWriterConfig
from octavo.writers.lstm import LSTMWriterConfig
from octavo.writers.tops import LSTMTopConfig

PAPER = "Semeniuta, Severyn & Barth 2017"


def tweets() -> Recipe:
    """§4.3, Table 3: reconstruction 58.5, KL 12.5."""
    return Recipe(
        name="hybrid-tweets",
        about="bytes of tweets to a Gaussian and back: strided convolutions, a deconvolved plan under an LSTM",
        paper=f"{PAPER}, §4.3 and Table 3: Hybrid, alpha 0.2, of a million tweets",
        published="reconstruction 58.5, KL 12.5, read as nats a tweet",
        data=DataConfig(train="tweets", batching=DocumentsConfig(batch=32, longest=160)),
        model=VAEConfig(
            # Their inputs are one-hot; embeddings of this width give the 10.8M parameters that the paper counts.
            reader=StridedReaderConfig(width=200, embedding=52, canvas=160, maps=(128, 256, 512, 512, 512)),
            writer=HybridWriterConfig(
                embedding=52, canvas=160, maps=(512, 512, 512, 256, 128), top=LSTMTopConfig(width=1000)
            ),
            latent=100,
            # Never quite 0, as in their code: batch normalisation does not mind how far z spreads, so that nothing else
            # would keep its variance from overflowing.
            kl_weight=Ramp(start=0.001, begin=0.5, until=0.6, unit="share"),
            plan=0.2,
        ),
        training=TrainingConfig(
            steps=100_000,
            optimizer=AdamConfig(rate=StepDecay(value=1e-3, factor=0.95, begin=0.7, every=0.01, unit="share")),
            evaluate_every=5000,
            evaluate_rows=64,
        ),
    )


def tweets_qrnn() -> Recipe:
    """The same plan under Octavo's QRNN, which the paper did not have."""
    return override(
        tweets(),
        {
            "name": "hybrid-tweets-qrnn",
            "about": "bytes of tweets to a Gaussian and back: strided convolutions, a deconvolved plan under a QRNN",
            "paper": f"none: {PAPER}, §4.3, with a QRNN for the LSTM",
            "published": "",
            "model.writer.top.kind": "qrnn",
        },
    )


def tweets_lstm() -> Recipe:
    """§4.3, Table 3, the LSTM VAE of Bowman et al. 2016: reconstruction 67.4, KL 1.0 with input dropout 0.2."""
    lstm: dict[str, Any] = {"width": 1000, "embedding": 212, "normalised": True}
    return override(
        tweets(),
        {
            "name": "lstm-vae-tweets",
            "about": "bytes of tweets to a Gaussian and back: two LSTMs with layer normalisation, input dropout 0.2",
            "paper": f"{PAPER}, Table 3: LSTM VAE; drop_word 0.5 and 0.8 are its other rows",
            "published": "reconstruction 67.4, KL 1.0 (dropout 0.2); 77.1, 2.1 (0.5); 93.7, 3.8 (0.8)",
            **_lstm_vae(lstm, drop_word=0.2),
        },
    )


def ptb() -> Recipe:
    """§4.1, Figures 4 and 5: windows of 60 characters."""
    return Recipe(
        name="hybrid-ptb",
        about="windows of 60 PTB characters to a Gaussian and back: a deconvolved plan under an LSTM",
        paper=f"{PAPER}, §4.1 and Figures 4 and 5: Hybrid, alpha 0.2",
        data=DataConfig(train="ptb", codec=CharactersConfig(), batching=WindowsConfig(batch=64, window=60, apart=True)),
        model=VAEConfig(
            reader=StridedReaderConfig(width=100, embedding=50, canvas=60, maps=(128, 256)),
            writer=HybridWriterConfig(embedding=50, canvas=60, maps=(256, 128), top=LSTMTopConfig(width=500)),
            latent=50,
            kl_weight=Ramp(start=0.001, begin=0.01, until=0.08, unit="share"),
            plan=0.2,
        ),
        training=TrainingConfig(
            steps=100_000,
            optimizer=AdamConfig(rate=StepDecay(value=1e-3, factor=0.95, begin=0.2, every=0.01, unit="share")),
            evaluate_every=5000,
            evaluate_rows=64,
        ),
    )


def ptb_masked() -> Recipe:
    """§4.2, Figure 6: `top.layers` masked convolutions see one character more than there are layers."""
    return override(
        ptb(),
        {
            "name": "hybrid-ptb-masked",
            "about": "windows of 60 PTB characters to a Gaussian and back: a plan under masked convolutions",
            "paper": f"{PAPER}, §4.2 and Figure 6: Hybrid with ByteNet decoder",
            "model.writer.top.kind": "masked",
            "model.writer.top.width": 256,
            "model.writer.top.layers": 3,
        },
    )


def ptb_lstm() -> Recipe:
    """§4.1, Figure 4: the LSTM VAE with input dropout 0.2 (0.5 is its other curve)."""
    lstm: dict[str, Any] = {"width": 500, "embedding": 50, "normalised": True}
    return override(
        ptb(),
        {
            "name": "lstm-vae-ptb-windows",
            "about": "windows of 60 PTB characters to a Gaussian and back: two LSTMs, input dropout 0.2",
            "paper": f"{PAPER}, §4.1 and Figure 4: LSTM VAE",
            **_lstm_vae(lstm, drop_word=0.2),
            "model.kl_weight.begin": 0.1,
            "model.kl_weight.until": 0.17,
        },
    )


def historyless() -> Recipe:
    """§4.1, Figure 3: the plan alone, and no KL."""
    writer = DeconvolutionWriterConfig(canvas=60, maps=(256, 200))
    return override(
        ptb(),
        {
            "name": "historyless-ptb",
            "about": "windows of 60 PTB characters to a vector and back without history: convolutions alone",
            "paper": f"{PAPER}, §4.1 and Figure 3: our model, reconstruction alone",
            "model.writer.kind": writer.kind,
            "model.writer.maps": writer.maps,
            "model.latent": 100,
            "model.kl_weight": 0.0,
            "model.plan": 0.0,
        },
    )


def historyless_lstm() -> Recipe:
    """§4.1, Figure 3: input dropout 1 in training and evaluation, and no KL."""
    return override(
        ptb_lstm(),
        {
            "name": "historyless-ptb-lstm",
            "about": "windows of 60 PTB characters to a vector and back without history: two LSTMs",
            "paper": f"{PAPER}, §4.1 and Figure 3: LSTM autoencoder",
            # As many parameters as the convolutions have, as the paper says; its code has 500 units.
            "model.reader.width": 346,
            "model.writer.width": 346,
            "model.writer.drop_word": 1.0,
            "model.latent": 100,
            "model.kl_weight": 0.0,
            "training.clip": 100.0,
        },
    )


def _lstm_vae(lstm: dict[str, Any], drop_word: float) -> dict[str, Any]:
    """Reader and writer are LSTMs, of which the second begins from z and sees it no more (Figure 1)."""
    sides = {f"model.{side}.{name}": value for side in ("reader", "writer") for name, value in lstm.items()}
    reader = LSTMReaderConfig(backwards=False)
    writer = LSTMWriterConfig(condition_each_step=False, drop_word=drop_word)
    return {
        "model.reader.kind": reader.kind,
        "model.writer.kind": writer.kind,
        **sides,
        "model.reader.backwards": reader.backwards,
        "model.writer.condition_each_step": writer.condition_each_step,
        "model.writer.drop_word": drop_word,
        "model.plan": 0.0,
        "model.kl_weight.start": 0.0,
    }

"""Recurrent VAEs and the language model beside them, on sentences of PTB (Li et al. 2019, and He et al. 2019)."""

from octavo.data.batching import DocumentsConfig
from octavo.data.codecs import WordsConfig
from octavo.data.files import FilesConfig
from octavo.data.prepare import DataConfig
from octavo.models.language_model import LanguageModelConfig
from octavo.models.vae import VAEConfig
from octavo.readers.lstm import LSTMReaderConfig
from octavo.recipe import Recipe, override
from octavo.schedules import Cosine, Ramp, StepDecay
from octavo.training.optimizers import AdamWConfig, SGDConfig
from octavo.training.trainer import TrainingConfig
from octavo.writers.lstm import LSTMWriterConfig

PAPER = "Li, He, Neubig, Berg-Kirkpatrick & Yang 2019, A Surprisingly Effective Fix for Deep Latent Variable Modeling"


def vae() -> Recipe:
    """The LSTM VAE of Bowman et al. 2016, in small, on the bytes of short texts."""
    return Recipe(
        name="lstm-vae",
        about="bytes of short texts to a Gaussian and back: LSTM reader and writer, the KL annealed, free bits",
        paper="none: Bowman et al. 2016 with the free bits of Kingma et al. 2016, in small",
        data=DataConfig(
            train="toys", files=FilesConfig(unit="documents"), batching=DocumentsConfig(batch=64, longest=256)
        ),
        model=VAEConfig(
            reader=LSTMReaderConfig(width=512, embedding=128, backwards=False),
            writer=LSTMWriterConfig(width=512, embedding=128, drop_word=0.2),
            kl_weight=Ramp(until=0.3, unit="share"),
            target=8.0,
        ),
        training=TrainingConfig(
            steps=5000, optimizer=AdamWConfig(rate=Cosine(value=2e-3, warmup=0.02)), clip=1.0, evaluate_every=500
        ),
    )


def ptb_autoencoder() -> Recipe:
    """The first of two stages: reader and Gaussian learn to hold a sentence, the KL weighing nothing."""
    return Recipe(
        name="lstm-vae-ptb-autoencoder",
        about="PTB sentences, first stage: an LSTM VAE whose KL weighs nothing",
        paper=f"{PAPER}, section 3",
        data=DataConfig(
            train="ptb",
            files=FilesConfig(unit="lines"),
            codec=WordsConfig(limit=10_000),
            batching=DocumentsConfig(batch=32, longest=None),
        ),
        model=VAEConfig(
            reader=LSTMReaderConfig(width=256, embedding=256, backwards=False),
            writer=LSTMWriterConfig(width=256, embedding=256, dropout=0.5, dropout_output=0.5),
            latent=32,
            kl_weight=Ramp(start=0.0, end=0.0, until=1.0),
        ),
        training=TrainingConfig(
            epochs=25,
            # The paper halves the rate whenever validation has not improved for two epochs, five times at most.
            optimizer=SGDConfig(rate=StepDecay(value=1.0, factor=0.5, begin=10, every=3)),
            clip=5.0,
            evaluate_rows=64,
        ),
    )


def ptb() -> Recipe:
    """The second stage, begun with `--init-reader` from a run of the first; the writer starts anew."""
    return override(
        ptb_autoencoder(),
        {
            "name": "lstm-vae-ptb",
            "about": "PTB sentences, second stage: the KL annealed over ten epochs, 8 nats of it free",
            "paper": f"{PAPER}, Table 1: AE + FB on PTB",
            "published": "perplexity 96.9 (importance-weighted), mutual information 5.3, 32 active units",
            "model.kl_weight.end": 1.0,
            "model.kl_weight.until": 10.0,
            "model.kl_weight.unit": "epochs",
            "model.target": 8.0,
            "training.epochs": 40,
        },
    )


def ptb_lm() -> Recipe:
    """The writer of these VAEs with nothing to write from."""
    before = ptb_autoencoder()
    return Recipe(
        name="lstm-lm-ptb-sentences",
        about="PTB sentences: the language model with the writer of lstm-vae-ptb",
        paper=f"{PAPER}, Table 1: LSTM-LM on PTB",
        published="perplexity 100.5",
        data=before.data,
        model=LanguageModelConfig(
            writer=LSTMWriterConfig(width=256, embedding=256, dropout=0.5, dropout_output=0.5), unit="text"
        ),
        training=before.training,
    )

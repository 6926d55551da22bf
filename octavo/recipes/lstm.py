"""LSTM recipes: the baselines that the five papers hold themselves against."""

from octavo.data.batching import DocumentsConfig, StreamConfig
from octavo.data.codecs import WordsConfig
from octavo.data.files import FilesConfig
from octavo.data.prepare import DataConfig
from octavo.models.autoencoder import AutoencoderConfig
from octavo.models.language_model import LanguageModelConfig
from octavo.readers.lstm import LSTMReaderConfig
from octavo.recipe import Recipe
from octavo.schedules import Cosine, StepDecay
from octavo.training.optimizers import AdamWConfig, SGDConfig
from octavo.training.trainer import TrainingConfig
from octavo.writers.lstm import LSTMWriterConfig


def bytes_model() -> Recipe:
    """A language model of the bytes of any file."""
    return Recipe(
        name="lstm-bytes",
        about="a byte language model of any text: one LSTM layer of 512",
        paper="none: a recipe of Octavo's own",
        data=DataConfig(train="manual", batching=StreamConfig(batch=32, window=128)),
        model=LanguageModelConfig(writer=LSTMWriterConfig(width=512, embedding=128, dropout=0.1, dropout_output=0.1)),
        training=TrainingConfig(
            steps=3000,
            # The rate is what a single layer of 512 bears; the warm-up keeps the first updates of AdamW small.
            optimizer=AdamWConfig(rate=Cosine(value=4e-3, warmup=0.02, floor=1e-4), weight_decay=0.01),
            clip=1.0,
            evaluate_every=250,
            evaluate_tokens=500_000,
        ),
    )


def ptb_medium() -> Recipe:
    """The medium model of Zaremba et al. 2014, §4.1: 86.2 valid, 82.7 test."""
    return Recipe(
        name="lstm-ptb-medium",
        about="PTB words: two LSTM layers of 650, dropout 0.5",
        paper="Zaremba, Sutskever & Vinyals 2014, Table 1: medium regularised LSTM",
        published="perplexity 86.2 valid, 82.7 test",
        data=DataConfig(train="ptb", codec=WordsConfig(limit=10_000), batching=StreamConfig(batch=20, window=35)),
        model=LanguageModelConfig(
            writer=LSTMWriterConfig(width=650, layers=2, embedding=650, dropout=0.5, dropout_output=0.5),
            unit="text",
            uniform=0.05,
        ),
        training=TrainingConfig(
            epochs=39,
            optimizer=SGDConfig(rate=StepDecay(value=1.0, factor=1 / 1.2, begin=6, every=1, unit="epochs")),
            clip=5.0,
        ),
    )


def autoencoder() -> Recipe:
    """A text to a vector and back by LSTMs (the baseline of the recursive autoencoder's paper, in small)."""
    return Recipe(
        name="lstm-autoencoder",
        about="bytes of short texts to a vector and back: LSTM reader and writer",
        paper="Zhang & LeCun 2018, §4.2, in small: one layer of 512, teacher forcing, input reversed",
        data=DataConfig(
            train="toys", files=FilesConfig(unit="documents"), batching=DocumentsConfig(batch=64, longest=256)
        ),
        model=AutoencoderConfig(
            reader=LSTMReaderConfig(width=512, embedding=128),
            writer=LSTMWriterConfig(width=512, embedding=128),
        ),
        training=TrainingConfig(
            steps=5000, optimizer=AdamWConfig(rate=Cosine(value=2e-3, warmup=0.02)), clip=1.0, evaluate_every=500
        ),
    )

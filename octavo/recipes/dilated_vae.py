"""Variational autoencoders with dilated convolutions (Yang, Hu, Salakhutdinov & Berg-Kirkpatrick 2017)."""

from functools import partial
from typing import Any, NamedTuple

from octavo.data.batching import DocumentsConfig
from octavo.data.codecs import WordsConfig
from octavo.data.files import FilesConfig
from octavo.data.prepare import DataConfig
from octavo.models.language_model import LanguageModelConfig
from octavo.models.vae import VAEConfig
from octavo.readers.lstm import LSTMReaderConfig
from octavo.recipe import Recipe, override
from octavo.schedules import Ramp, StepDecay
from octavo.training.optimizers import AdamConfig
from octavo.training.trainer import TrainingConfig
from octavo.writers import WriterConfig
from octavo.writers.dilated import DilatedWriterConfig
from octavo.writers.lstm import LSTMWriterConfig

PAPER = "Yang et al. 2017"

# The paper's sizes, and two smaller: sentences are shorter than most of these see.
DILATIONS: dict[str, tuple[int, ...]] = {
    "tiny": (1,),
    "smaller": (1, 2),
    "s": (1, 2, 4),
    "m": (1, 2, 4, 8, 16),
    "l": (1, 2, 4, 8, 16) * 2,
    "vl": (1, 2, 4, 8, 16) * 3,
}


class Published(NamedTuple):
    """Table 2: NLL (KL) and perplexity on Yahoo, the same on Yelp."""

    yahoo: str
    yelp: str

    def __str__(self) -> str:
        return f"nats a text (KL) and perplexity: Yahoo {self.yahoo}; Yelp {self.yelp}"


LM = {
    "lstm": Published("334.9, 66.2", "362.7, 42.6"),
    "s": Published("345.3, 75.5", "371.2, 46.6"),
    "m": Published("338.3, 69.1", "366.5, 44.3"),
    "l": Published("335.4, 66.6", "363.5, 43.0"),
    "vl": Published("336.5, 67.6", "364.8, 43.7"),
}
# The reader from its own start, then from the language model with an LSTM: --init-reader.
VAES = {
    "lstm": Published("342.1 (0.0), 72.5; + init 339.2 (0.0), 69.9", "372.2 (0.3), 47.0; + init 368.9 (4.7), 46.4"),
    "s": Published("337.8 (13.3), 68.7; + init 335.9 (13.9), 67.0", "365.6 (9.4), 43.9; + init 363.7 (10.3), 43.1"),
    "m": Published("336.2 (11.8), 67.3; + init 334.6 (12.6), 66.0", "363.0 (6.9), 42.8; + init 360.7 (9.1), 41.8"),
    "l": Published("333.9 (6.7), 65.4; + init 332.1 (10.0), 63.9", "361.9 (6.4), 42.3; + init 359.1 (7.6), 41.1"),
    "vl": Published("336.5 (0.7), 67.6; + init 335.8 (3.8), 67.0", "364.3 (2.7), 43.4; + init 364.7 (2.2), 43.5"),
}


def _writer(size: str, drop_word: float = 0.0) -> WriterConfig:
    if size != "lstm":
        return DilatedWriterConfig(dilations=DILATIONS[size])
    # Dropout of 0.3 or 0.5, and words dropped at 0, 0.3, 0.5 or 0.7, are chosen on validation.
    return LSTMWriterConfig(width=1024, embedding=512, dropout=0.3, dropout_output=0.3, drop_word=drop_word)


def _name(size: str) -> str:
    return size if size == "lstm" else f"{size}cnn"


def language_model(size: str) -> Recipe:
    """§3.2 without a latent: the decoder alone."""
    return Recipe(
        name=f"{_name(size)}-lm-yahoo",
        about=f"questions and answers by words: the {_name(size).upper()} decoder as a language model",
        paper=f"{PAPER}, Table 2: {_name(size).upper()}-LM; for Yelp, --data yelp",
        published=str(LM[size]),
        data=DataConfig(
            train="yahoo-answers",
            files=FilesConfig(unit="documents"),
            codec=WordsConfig(limit=20_000),
            batching=DocumentsConfig(batch=32, longest=None),
        ),
        model=LanguageModelConfig(writer=_writer(size), unit="text"),
        training=TrainingConfig(
            epochs=40,
            optimizer=AdamConfig(
                rate=StepDecay(value=1e-3, factor=0.5, begin=30, every=2, unit="epochs"), betas=(0.5, 0.999)
            ),
        ),
    )


def vae(size: str) -> Recipe:
    """§3.2: an LSTM of 1024 reads, an MLP makes the Gaussian, the decoder writes."""
    before = language_model(size)
    return Recipe(
        name=f"{_name(size)}-vae-yahoo",
        about=f"questions and answers by words: a VAE with the {_name(size).upper()} decoder",
        paper=f"{PAPER}, Table 2: {_name(size).upper()}-VAE; + init is --init-reader; for Yelp, --data yelp",
        published=str(VAES[size]),
        data=before.data,
        model=VAEConfig(
            reader=LSTMReaderConfig(width=1024, embedding=512, dropout=0.3, backwards=False),
            writer=_writer(size, drop_word=0.3),
            latent=32,  # 32 or 64: the paper finds no difference
            hidden=1024,  # the MLP's width is not given; this is the reader's
            kl_weight=Ramp(start=0.01, end=1.0, until=10_000),  # or 40,000 or 80,000, chosen on validation
        ),
        training=before.training,
    )


# Half of the paper's widths, for what a machine without an accelerator can bear.
HALF_WRITER = {"model.writer.width": 512, "model.writer.inner": 256, "model.writer.embedding": 256}
HALF_READER = {"model.reader.width": 512, "model.reader.embedding": 256, "model.hidden": 512}
PTB: dict[str, Any] = {
    "data.train": "ptb",
    "data.files.unit": "lines",
    "data.codec.limit": 10_000,
    **HALF_WRITER,
}


def ptb_lm() -> Recipe:
    """Sentences, of 21 words on average: SCNN sees most of each; --model.writer.dilations [1] sees three words."""
    about = "PTB sentences: the SCNN decoder as a language model, half as wide"
    return _elsewhere(language_model("s"), "scnn-lm-ptb", about, PTB)


def ptb_vae() -> Recipe:
    """The same with a latent."""
    about = "PTB sentences: a VAE with the SCNN decoder, half as wide"
    return _elsewhere(vae("s"), "scnn-vae-ptb", about, {**PTB, **HALF_READER})


def _elsewhere(recipe: Recipe, name: str, about: str, changes: dict[str, Any]) -> Recipe:
    """A recipe of the paper's on other data, of which it publishes nothing."""
    own = {"name": name, "about": about, "paper": f"none: {PAPER}, Table 2, on other data", "published": ""}
    return override(recipe, {**own, **changes})


RECIPES = {
    **{f"{_name(size)}-lm-yahoo": partial(language_model, size) for size in LM},
    **{f"{_name(size)}-vae-yahoo": partial(vae, size) for size in VAES},
    "scnn-lm-ptb": ptb_lm,
    "scnn-vae-ptb": ptb_vae,
}

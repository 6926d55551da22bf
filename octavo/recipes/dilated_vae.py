"""Variational autoencoders with dilated convolutions (Yang, Hu, Salakhutdinov & Berg-Kirkpatrick 2017)."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

from octavo.data.batching import DocumentsConfig
from octavo.data.codecs import WordsConfig
from octavo.data.files import FilesConfig
from octavo.data.prepare import DataConfig
from octavo.models.autoencoder import AutoencoderConfig
from octavo.models.classifier import ClassifierConfig
from octavo.models.clustering_vae import ClusteringVAEConfig
from octavo.models.labelled_vae import LabelledVAEConfig
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
DROPOUT_OF_LABELS = 0.3  # on the summary that a label is told from, alike in all systems; the paper names none

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


# Tables 3 and 4: where it stands, and what it reached.
SEMI = {
    "s": (
        "Table 4: SCNN-VAE-Semi; + init is --init-reader; for Yelp, --data yelp",
        "accuracy at 100, 500, 1000, 2000 labels: Yahoo 0.554, 0.656, 0.660, 0.658, + init 0.638, 0.654, 0.666, 0.674; "
        "Yelp 0.514, 0.535, 0.553, 0.574, + init 0.526, 0.573, 0.589, 0.598",
    ),
    "lstm": ("Table 3: LSTM-VAE-Semi", "accuracy 0.519, NLL 345.5 nats a text, KL 9.3"),
}


def _writer(size: str, **of_lstm: Any) -> WriterConfig:
    if size != "lstm":
        return DilatedWriterConfig(dilations=DILATIONS[size])
    # Dropout of 0.3 or 0.5 is chosen on validation.
    return LSTMWriterConfig(width=1024, embedding=512, dropout=0.3, dropout_output=0.3, **of_lstm)


def _reader() -> LSTMReaderConfig:
    return LSTMReaderConfig(width=1024, embedding=512, dropout=0.3, backwards=False)


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
            reader=_reader(),
            writer=_writer(size, drop_word=0.3, first_hidden=1024),  # or 0, 0.5, 0.7, chosen on validation
            latent=32,  # 32 or 64: the paper finds no difference
            hidden=1024,  # the MLPs' width is not given; this is the reader's
            kl_weight=Ramp(start=0.01, end=1.0, until=10_000),  # or 40,000 or 80,000, chosen on validation
        ),
        training=before.training,
    )


def semi_supervised(size: str = "s") -> Recipe:
    """§3.4: of 100,000 documents 500 have a label; other numbers are --data.batching.labels."""
    before = vae(size)
    assert isinstance(before.model, VAEConfig)
    return replace(
        before,
        name=f"{_name(size)}-vae-semi-yahoo",
        about=f"questions and answers, 500 with a topic: a VAE with label and Gaussian, {_name(size).upper()} decoder",
        paper=f"{PAPER}, {SEMI[size][0]}",
        published=SEMI[size][1],
        data=replace(before.data, batching=DocumentsConfig(batch=32, longest=None, labels=500, unlabelled=True)),
        model=LabelledVAEConfig(
            reader=before.model.reader,
            writer=before.model.writer,
            latent=32,
            hidden=1024,
            dropout=DROPOUT_OF_LABELS,
            alpha=20.0,  # to be searched: a bound is hundreds of nats, log q(y | x) a few
            kl_weight=before.model.kl_weight,
        ),
        training=replace(before.training, judged_by="accuracy"),  # a bound of hundreds of nats would outweigh it
    )


def few_labels() -> Recipe:
    """§3.4's baselines: from scratch, or --init-reader from a language model or a sequence autoencoder."""
    before = semi_supervised()
    return replace(
        before,
        name="lstm-few-labels-yahoo",
        about="questions and answers, 500 with a topic: an LSTM classifier",
        paper=f"{PAPER}, Table 4: LSTM; LM-LSTM and LA-LSTM are --init-reader (Dai & Le 2015); for Yelp, --data yelp",
        published="accuracy at 100, 500, 1000, 2000 labels: Yahoo 0.107, 0.119, 0.143, 0.231; autoencoder first 0.208, "
        "0.422, 0.504, 0.547; language model first 0.469, 0.613, 0.639, 0.656; Yelp 0.226, 0.254, 0.279, 0.299; "
        "0.352, 0.464, 0.498, 0.522; 0.469, 0.541, 0.572, 0.577",
        data=replace(before.data, batching=DocumentsConfig(batch=32, longest=None, labels=500)),
        model=ClassifierConfig(reader=_reader(), dropout=DROPOUT_OF_LABELS),
    )


def clusters() -> Recipe:
    """§3.5: no label is seen; the reader is begun with --init-reader from a language model, without which it fails."""
    before = vae("s")
    assert isinstance(before.model, VAEConfig)
    return replace(
        before,
        name="scnn-clusters-yahoo",
        about="questions and answers in ten clusters: a VAE with class and Gaussian, SCNN decoder",
        paper=f"{PAPER}, Table 5: SCNN-VAE-Unsup + init",
        published="accuracy 0.599, best of ten",
        model=ClusteringVAEConfig(
            reader=before.model.reader,
            writer=before.model.writer,
            clusters=10,
            floor=1.0,  # from 0.5 to 1.5 by 0.1, chosen on validation
            latent=32,
            hidden=1024,
            kl_weight=before.model.kl_weight,
        ),
    )


def plane() -> Recipe:
    """§3.3, Figure 3: z of two dimensions."""
    about = "questions and answers in a plane: the SCNN decoder's VAE with a z of two dimensions"
    changes = {"about": about, "paper": f"{PAPER}, Figure 3", "published": "", "model.latent": 2}
    return override(vae("s"), {"name": "scnn-vae-plane-yahoo", **changes})


def autoencoder() -> Recipe:
    """§3.4: a sequence autoencoder, whose reader a classifier may start from (Dai & Le 2015)."""
    writer = LSTMWriterConfig(width=1024, embedding=512, condition_each_step=False)
    return replace(
        vae("lstm"),
        name="lstm-autoencoder-yahoo",
        about="questions and answers by words: a sequence autoencoder for a classifier to begin from",
        paper=f"{PAPER}, Table 4: what LA-LSTM begins from",
        published="",
        model=AutoencoderConfig(reader=_reader(), writer=writer, unit="text"),
    )


RECIPES: dict[str, Callable[[], Recipe]] = {
    **{f"{_name(size)}-lm-yahoo": partial(language_model, size) for size in LM},
    **{f"{_name(size)}-vae-yahoo": partial(vae, size) for size in VAES},
    **{f"{_name(size)}-vae-semi-yahoo": partial(semi_supervised, size) for size in SEMI},
    "lstm-few-labels-yahoo": few_labels,
    "lstm-autoencoder-yahoo": autoencoder,
    "scnn-clusters-yahoo": clusters,
    "scnn-vae-plane-yahoo": plane,
}

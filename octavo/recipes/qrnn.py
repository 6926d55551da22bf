"""Quasi-recurrent networks (Bradbury, Merity, Xiong & Socher 2017): language model, classifier, translator."""

from octavo.data.batching import DocumentsConfig, PairsConfig, StreamConfig
from octavo.data.codecs import CharactersConfig, WordsConfig
from octavo.data.files import FilesConfig
from octavo.data.prepare import DataConfig
from octavo.models.classifier import ClassifierConfig
from octavo.models.language_model import LanguageModelConfig
from octavo.models.translator import TranslatorConfig
from octavo.readers.qrnn import QRNNReaderConfig
from octavo.recipe import Recipe, override
from octavo.recipes import lstm
from octavo.schedules import Constant, StepDecay
from octavo.training.optimizers import AdamConfig, RMSpropConfig, SGDConfig
from octavo.training.trainer import TrainingConfig
from octavo.writers.qrnn import QRNNWriterConfig

PAPER = "Bradbury et al. 2017"


def ptb() -> Recipe:
    """§3.2, Table 2: 82.1 valid, 78.3 test."""
    return Recipe(
        name="qrnn-ptb",
        about="PTB words: two QRNN layers of 640, zoneout 0.1",
        paper=f"{PAPER}, Table 2: QRNN + zoneout (p = 0.1)",
        published="perplexity 82.1 valid, 78.3 test",
        data=DataConfig(train="ptb", codec=WordsConfig(limit=10_000), batching=StreamConfig(batch=20, window=105)),
        model=LanguageModelConfig(
            writer=QRNNWriterConfig(
                width=640, layers=2, embedding=640, window=2, zoneout=0.1, dropout=0.5, dropout_output=0.5
            ),
            # The paper does not say what its loss is a mean over. Of the sum over the window of 105, a fifth of it
            # and the mean, a fifth starts best on the validation set; so do its framework's own initial weights,
            # N(0, 1 / fan-in) and N(0, 1) for embeddings, which are the parts' defaults here.
            unit=21,
        ),
        training=TrainingConfig(
            epochs=72,
            optimizer=SGDConfig(
                rate=StepDecay(value=1.0, factor=0.95, begin=6, every=1, unit="epochs"), weight_decay=2e-4
            ),
            clip=10.0,
        ),
    )


def ptb_no_zoneout() -> Recipe:
    """§3.2, Table 2: 82.9 valid, 79.9 test, stopped early."""
    return override(
        ptb(),
        {
            "name": "qrnn-ptb-no-zoneout",
            "about": "PTB words: two QRNN layers of 640, no zoneout",
            "paper": f"{PAPER}, Table 2: QRNN",
            "published": "perplexity 82.9 valid, 79.9 test",
            "model.writer.zoneout": 0.0,
        },
    )


def ptb_lstm() -> Recipe:
    """§3.2, Table 2, the paper's own LSTM: 85.7 valid, 82.0 test."""
    return override(
        ptb(),
        {
            "name": "lstm-ptb-640",
            "about": "PTB words: two LSTM layers of 640, trained as qrnn-ptb is",
            "paper": f"{PAPER}, Table 2: LSTM",
            "published": "perplexity 85.7 valid, 82.0 test",
            "model.writer.kind": "lstm",
        },
    )


def bytes_model() -> Recipe:
    """The language model's form for the bytes of any file, trained as lstm-bytes is."""
    return override(
        lstm.bytes_model(),
        {
            "name": "qrnn-bytes",
            "about": "a byte language model of any text: two QRNN layers of 640",
            "paper": f"none: {PAPER}, §3.2, on bytes",
            "model.writer.kind": "qrnn",
            "model.writer.width": 640,
            "model.writer.layers": 2,
        },
    )


def characters_model() -> Recipe:
    """The same for the characters of any file."""
    return override(
        bytes_model(),
        {
            "name": "qrnn-characters",
            "about": "a character language model of any text: two QRNN layers of 640",
            "paper": f"none: {PAPER}, §3.2, on characters",
            "data.codec.kind": "characters",
        },
    )


def imdb() -> Recipe:
    """§3.1, Table 1: 91.4% with GloVe vectors."""
    return Recipe(
        name="qrnn-imdb",
        about="IMDB sentiment: four dense QRNN layers of 256",
        paper=f"{PAPER}, Table 1: densely-connected 4-layer QRNN",
        published="accuracy 0.914 test, with GloVe vectors",
        data=DataConfig(
            train="imdb",
            files=FilesConfig(unit="documents", clean=("breaks", "punctuation")),
            codec=WordsConfig(limit=30_000),
            batching=DocumentsConfig(batch=24, longest=None),
        ),
        model=ClassifierConfig(
            reader=QRNNReaderConfig(width=256, layers=4, embedding=300, window=2, dropout=0.3, dense=True), dropout=0.3
        ),
        training=TrainingConfig(
            epochs=10,
            optimizer=RMSpropConfig(rate=Constant(value=0.001), smoothing=0.9, epsilon=1e-8, weight_decay=4e-6),
        ),
    )


def imdb_lstm() -> Recipe:
    """§3.1, Table 1, the LSTM of the same shape: 90.9% with GloVe vectors."""
    return override(
        imdb(),
        {
            "name": "lstm-imdb",
            "about": "IMDB sentiment: four dense LSTM layers of 256",
            "paper": f"{PAPER}, Table 1: densely-connected 4-layer LSTM",
            "published": "accuracy 0.909 test, with GloVe vectors",
            "model.reader.kind": "lstm",
            "model.reader.backwards": False,
        },
    )


def multi30k() -> Recipe:
    """§3.3 on captions: four layers of 320, attention, characters."""
    return Recipe(
        name="qrnn-multi30k",
        about="German to English captions by characters: QRNN encoder and decoder with attention",
        paper=f"{PAPER}, §3.3 and Table 3, on Multi30k instead of IWSLT",
        data=DataConfig(
            train="multi30k",
            files=FilesConfig(unit="lines"),
            codec=CharactersConfig(),
            batching=PairsConfig(batch=16, longest=300, too_long="drop"),
        ),
        model=TranslatorConfig(
            reader=QRNNReaderConfig(
                width=320, layers=4, embedding=320, window=2, first_window=6, causal=False, backwards=True
            ),
            writer=QRNNWriterConfig(width=320, layers=4, embedding=320, window=2, attention=True),
        ),
        training=TrainingConfig(epochs=10, optimizer=AdamConfig(rate=Constant(value=0.001)), clip=5.0),
    )


def multi30k_lstm() -> Recipe:
    """§3.3, the LSTM of the same shape, with attention and dropout 0.2."""
    return override(
        multi30k(),
        {
            "name": "lstm-multi30k",
            "about": "German to English captions by characters: LSTM encoder and decoder with attention",
            "model.reader.kind": "lstm",
            "model.reader.dropout": 0.2,
            "model.writer.kind": "lstm",
            "model.writer.dropout": 0.2,
            "model.writer.condition_each_step": False,
        },
    )


def iwslt() -> Recipe:
    """§3.3, Table 3: 19.41 BLEU, the LSTM 16.53."""
    return _on_corpus("qrnn-iwslt", "iwslt16-de-en", "TED talks", f"{PAPER}, Table 3", "BLEU 19.41 test")


def iwslt_lstm() -> Recipe:
    """§3.3, Table 3: the LSTM's 16.53 BLEU."""
    changes = {"name": "lstm-iwslt", "paper": f"{PAPER}, Table 3", "published": "BLEU 16.53 test"}
    about = "German to English TED talks by characters: LSTM encoder and decoder with attention"
    return override(multi30k_lstm(), {**changes, "about": about, "data.train": "iwslt16-de-en"})


def tatoeba() -> Recipe:
    """§3.3 on short sentences."""
    return _on_corpus("qrnn-tatoeba", "tatoeba-de-en", "short sentences", f"{PAPER}, §3.3, on Tatoeba")


def _on_corpus(name: str, corpus: str, what: str, paper: str, published: str = "") -> Recipe:
    about = f"German to English {what} by characters: QRNN encoder and decoder with attention"
    changes = {"name": name, "about": about, "paper": paper, "published": published, "data.train": corpus}
    return override(multi30k(), changes)

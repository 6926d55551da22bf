"""What the contracts ask: a line here for each part, or one for each configuration that changes what it computes."""

from typing import Any

from octavo.layers.recursion import StaticConfig
from octavo.models import ModelConfig
from octavo.models.autoencoder import AutoencoderConfig
from octavo.models.auxiliary import AuxiliaryConfig
from octavo.models.classifier import ClassifierConfig
from octavo.models.clustering_vae import ClusteringVAEConfig
from octavo.models.labelled_vae import LabelledVAEConfig
from octavo.models.language_model import LanguageModelConfig
from octavo.models.translator import TranslatorConfig
from octavo.models.vae import VAEConfig
from octavo.readers import ReaderConfig
from octavo.readers.lstm import LSTMReaderConfig
from octavo.readers.qrnn import QRNNReaderConfig
from octavo.readers.recursive import RecursiveReaderConfig
from octavo.readers.strided import StridedReaderConfig
from octavo.schedules import Constant, Ramp
from octavo.writers import OneShotConfig, WriterConfig
from octavo.writers.deconvolution import DeconvolutionWriterConfig
from octavo.writers.dilated import DilatedWriterConfig
from octavo.writers.hybrid import HybridWriterConfig
from octavo.writers.lstm import LSTMWriterConfig
from octavo.writers.masked import MaskedWriterConfig
from octavo.writers.qrnn import QRNNWriterConfig
from octavo.writers.recursive import RecursiveWriterConfig
from octavo.writers.tops import LSTMTopConfig, MaskedTopConfig, QRNNTopConfig
from octavo.writers.transformer import ModernTransformerWriterConfig, TransformerWriterConfig

WIDTH = 8
SMALL: dict[str, Any] = {"width": WIDTH, "embedding": 6}
LSTM_READER = LSTMReaderConfig(**SMALL)
LSTM_WRITER = LSTMWriterConfig(**SMALL)
QRNN_READER = QRNNReaderConfig(**SMALL)
QRNN_WRITER = QRNNWriterConfig(**SMALL)
# Two layers make two places of a canvas of five, and the texts asked about are longer than that.
CANVAS: dict[str, Any] = {"embedding": 6, "canvas": 5, "maps": (10, 12)}
STRIDED_READER = StridedReaderConfig(**CANVAS, width=WIDTH)
DECONVOLUTION_WRITER = DeconvolutionWriterConfig(canvas=5, maps=(10, 12))
HYBRID_WRITER = HybridWriterConfig(**CANVAS, top=LSTMTopConfig(width=WIDTH))
DILATED_WRITER = DilatedWriterConfig(**SMALL, inner=5, dilations=(1, 2))
HEADS: dict[str, Any] = {"width": WIDTH, "layers": 3, "heads": 2, "filter": 12, "context": 24}
TRANSFORMER = TransformerWriterConfig(**HEADS)
MODERN = ModernTransformerWriterConfig(**HEADS)
FEW: dict[str, Any] = {"width": 6, "depth": 2, "positions": 2}
STATIC = StaticConfig(longest=16)
RECURSIVE_READER = RecursiveReaderConfig(**FEW)
RECURSIVE_WRITER = RecursiveWriterConfig(**FEW)

ASKED_READERS: dict[str, ReaderConfig] = {
    "lstm": LSTM_READER,
    "lstm-forwards": LSTMReaderConfig(**SMALL, backwards=False),
    "lstm-deep": LSTMReaderConfig(**SMALL, layers=3, dropout=0.3, variational=True),
    "lstm-dense": LSTMReaderConfig(**SMALL, layers=3, dropout=0.3, dense=True),
    "lstm-normalised": LSTMReaderConfig(**SMALL, layers=2, normalised=True),
    "qrnn": QRNN_READER,
    "qrnn-wide": QRNNReaderConfig(**SMALL, window=2, first_window=5, backwards=True, pooling="ifo"),
    "qrnn-dense": QRNNReaderConfig(**SMALL, layers=3, dropout=0.3, dense=True, zoneout=0.1, pooling="f"),
    "qrnn-centred": QRNNReaderConfig(**SMALL, window=3, first_window=6, causal=False),
    "qrnn-bidirectional": QRNNReaderConfig(**SMALL, bidirectional=True),
    "strided": STRIDED_READER,
    "strided-one-page": StridedReaderConfig(width=WIDTH, embedding=6, canvas=16, maps=(9, 9, 12)),
    "recursive": RECURSIVE_READER,
    "recursive-deep": RecursiveReaderConfig(width=6, depth=4, positions=1, pool="average"),
    "recursive-one-hot": RecursiveReaderConfig(width=13, depth=2, positions=3, pool="l2", signed=True),
    "recursive-static": RecursiveReaderConfig(**FEW, levels=STATIC),
}

# The configuration, and the conditions it can be given: nothing, a vector for each text, a Reading.
ASKED_WRITERS: dict[str, tuple[WriterConfig, str]] = {
    "lstm": (LSTM_WRITER, "nothing vector reading"),
    "lstm-deep": (LSTMWriterConfig(**SMALL, layers=3, dropout=0.3, variational=True), "nothing vector"),
    "lstm-dropped": (LSTMWriterConfig(**SMALL, drop_word=0.3, dropout=0.2, dropout_output=0.2), "nothing vector"),
    "lstm-normalised": (LSTMWriterConfig(**SMALL, layers=2, normalised=True), "nothing vector"),
    "lstm-tied": (LSTMWriterConfig(width=WIDTH, embedding=WIDTH, tied=True), "nothing vector"),
    "lstm-sampled": (LSTMWriterConfig(width=WIDTH, embedding=WIDTH, tied=True, sampled=3), "nothing vector"),
    "lstm-first-state": (LSTMWriterConfig(**SMALL, condition_each_step=False), "vector"),
    "lstm-first-hidden": (LSTMWriterConfig(**SMALL, layers=2, first_hidden=7), "vector reading"),
    "lstm-attention": (LSTMWriterConfig(**SMALL, attention=True), "reading"),
    "qrnn-f": (QRNNWriterConfig(**SMALL, pooling="f", window=1), "nothing vector"),
    "qrnn": (QRNN_WRITER, "nothing vector reading"),
    "qrnn-wide": (QRNNWriterConfig(**SMALL, window=4, pooling="ifo"), "nothing vector"),
    "qrnn-dropped": (QRNNWriterConfig(**SMALL, zoneout=0.2, dropout=0.2, dropout_output=0.2, drop_word=0.3), "nothing"),
    "qrnn-tied": (QRNNWriterConfig(width=WIDTH, embedding=WIDTH, tied=True, pooling="f"), "nothing vector"),
    "qrnn-attention": (QRNNWriterConfig(**SMALL, attention=True), "reading"),
    "masked": (MaskedWriterConfig(**SMALL, layers=3, drop_word=0.3), "nothing vector reading"),
    "hybrid": (HYBRID_WRITER, "vector reading"),
    "hybrid-dropped": (HybridWriterConfig(**CANVAS, top=LSTMTopConfig(width=WIDTH, layers=2), drop_word=0.3), "vector"),
    "hybrid-masked": (HybridWriterConfig(**CANVAS, top=MaskedTopConfig(width=WIDTH)), "vector"),
    "hybrid-qrnn": (HybridWriterConfig(**CANVAS, top=QRNNTopConfig(width=WIDTH)), "vector"),
    "transformer": (TRANSFORMER, "nothing vector reading"),
    "transformer-sinusoidal": (TransformerWriterConfig(**HEADS, positions="sinusoidal", dropout=0.3), "nothing"),
    "transformer-normed-before": (TransformerWriterConfig(**HEADS, norm="before"), "nothing vector"),
    "transformer-recomputed": (TransformerWriterConfig(**HEADS, dropout=0.3, recompute=True), "nothing vector"),
    "transformer-modern": (MODERN, "nothing vector reading"),
    "transformer-modern-rolling": (
        ModernTransformerWriterConfig(**HEADS | {"context": 3}, feed="swiglu", dropout=0.3),
        "nothing vector",
    ),
    "transformer-modern-places": (
        ModernTransformerWriterConfig(**HEADS, rotary=False, feed="relu", query_key_norm=False),
        "nothing vector",
    ),
    "transformer-modern-normed-after": (
        ModernTransformerWriterConfig(**HEADS, rms=False, norm="after"),
        "nothing vector",
    ),
    "dilated": (DILATED_WRITER, "nothing vector reading"),
    "dilated-sampled": (DilatedWriterConfig(**SMALL, inner=5, dilations=(1, 2), sampled=3), "nothing vector"),
    "dilated-one-block": (DilatedWriterConfig(**SMALL, inner=5, dilations=(3,), window=2, dropout=0.3), "vector"),
}

ASKED_ONE_SHOTS: dict[str, OneShotConfig] = {
    "deconvolution": DECONVOLUTION_WRITER,
    "recursive": RECURSIVE_WRITER,
    "recursive-deep": RecursiveWriterConfig(width=6, depth=4, positions=1),
    "recursive-one-hot": RecursiveWriterConfig(width=13, depth=2, positions=3),
    "recursive-static": RecursiveWriterConfig(**FEW, levels=STATIC),
}

ASKED_MODELS: dict[str, ModelConfig] = {
    "vae-historyless": VAEConfig(reader=STRIDED_READER, writer=DECONVOLUTION_WRITER, latent=3),
    "vae-recursive": VAEConfig(reader=RECURSIVE_READER, writer=RECURSIVE_WRITER, latent=5),
    "language-model": LanguageModelConfig(writer=LSTM_WRITER),
    "language-model-by-text": LanguageModelConfig(writer=LSTM_WRITER, unit="text", uniform=0.1),
    "language-model-tied": LanguageModelConfig(writer=ASKED_WRITERS["lstm-tied"][0]),
    "language-model-qrnn": LanguageModelConfig(writer=QRNN_WRITER, unit=7),
    "language-model-transformer": LanguageModelConfig(writer=TRANSFORMER),
    "language-model-transformer-rolling": LanguageModelConfig(writer=ASKED_WRITERS["transformer-modern-rolling"][0]),
    "language-model-auxiliary": LanguageModelConfig(
        writer=TRANSFORMER, auxiliary=AuxiliaryConfig(layers="drop", targets=2)
    ),
    "language-model-last": LanguageModelConfig(
        writer=DILATED_WRITER, unit="last", auxiliary=AuxiliaryConfig(layers="fade")
    ),
    "language-model-dilated": LanguageModelConfig(writer=DILATED_WRITER),
    "autoencoder": AutoencoderConfig(reader=LSTM_READER, writer=LSTM_WRITER),
    "autoencoder-narrow": AutoencoderConfig(reader=LSTM_READER, writer=LSTM_WRITER, latent=3, unit="text"),
    "autoencoder-recursive": AutoencoderConfig(reader=RECURSIVE_READER, writer=RECURSIVE_WRITER, unit="mean"),
    "autoencoder-lstm-recursive": AutoencoderConfig(reader=LSTM_READER, writer=RECURSIVE_WRITER, latent=5),
    "autoencoder-recursive-lstm": AutoencoderConfig(reader=RECURSIVE_READER, writer=LSTM_WRITER, unit="mean"),
    "labelled-vae": LabelledVAEConfig(reader=LSTM_READER, writer=DILATED_WRITER, latent=3, hidden=6),
    "labelled-vae-exact": LabelledVAEConfig(
        reader=QRNN_READER, writer=LSTM_WRITER, latent=3, hidden=6, expectation="exact"
    ),
    "clustering-vae": ClusteringVAEConfig(
        reader=LSTM_READER, writer=DILATED_WRITER, clusters=4, floor=0.1, latent=3, hidden=6
    ),
    "clustering-vae-exact": ClusteringVAEConfig(
        reader=LSTM_READER, writer=LSTM_WRITER, clusters=2, floor=0.0, latent=3, hidden=6, expectation="exact"
    ),
    "classifier": ClassifierConfig(reader=LSTM_READER, dropout=0.2),
    "autoencoder-qrnn-lstm": AutoencoderConfig(reader=QRNN_READER, writer=LSTM_WRITER),
    "classifier-qrnn": ClassifierConfig(reader=ASKED_READERS["qrnn-dense"]),
    "vae": VAEConfig(reader=LSTM_READER, writer=LSTM_WRITER, latent=3),
    "vae-dilated": VAEConfig(reader=LSTM_READER, writer=DILATED_WRITER, latent=3, hidden=5),
    "vae-masked": VAEConfig(reader=LSTM_READER, writer=MaskedWriterConfig(**SMALL, layers=3), latent=3),
    "vae-qrnn": VAEConfig(reader=QRNN_READER, writer=QRNN_WRITER, latent=3, hidden=5, free_bits=0.1),
    "vae-lstm-qrnn": VAEConfig(reader=LSTM_READER, writer=QRNN_WRITER, latent=3, kl_weight=Ramp(until=10), target=0.5),
    "vae-aggressive": VAEConfig(reader=LSTM_READER, writer=LSTM_WRITER, latent=3, alone=Constant(value=2)),
    "vae-hybrid": VAEConfig(reader=STRIDED_READER, writer=HYBRID_WRITER, latent=3, plan=0.2),
    "autoencoder-hybrid": AutoencoderConfig(reader=STRIDED_READER, writer=HYBRID_WRITER, unit="text"),
    "translator-qrnn": TranslatorConfig(reader=QRNN_READER, writer=ASKED_WRITERS["qrnn-attention"][0]),
    "translator": TranslatorConfig(reader=LSTM_READER, writer=ASKED_WRITERS["lstm-attention"][0]),
}

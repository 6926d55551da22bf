"""Writers: what came before, and a condition, to the next token. One file each, and one line here."""

from typing import Annotated

from pydantic import Discriminator

from octavo.interfaces import Alphabet, Writer
from octavo.writers.hybrid import HybridWriter, HybridWriterConfig
from octavo.writers.lstm import LSTMWriter, LSTMWriterConfig
from octavo.writers.masked import MaskedWriter, MaskedWriterConfig
from octavo.writers.qrnn import QRNNWriter, QRNNWriterConfig

WriterConfig = Annotated[
    HybridWriterConfig | LSTMWriterConfig | MaskedWriterConfig | QRNNWriterConfig, Discriminator("kind")
]

WRITERS: dict[type, type[Writer]] = {
    HybridWriterConfig: HybridWriter,
    LSTMWriterConfig: LSTMWriter,
    MaskedWriterConfig: MaskedWriter,
    QRNNWriterConfig: QRNNWriter,
}


def build_writer(config: WriterConfig, alphabet: Alphabet, condition: int = 0) -> Writer:
    """The writer that this configuration describes, for conditions of so many features."""
    return WRITERS[type(config)](config, alphabet, condition)

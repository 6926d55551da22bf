"""Readers: text to states and a summary. One file each, and one line here."""

from typing import Annotated

from pydantic import Discriminator

from octavo.interfaces import Alphabet, Reader
from octavo.readers.lstm import LSTMReader, LSTMReaderConfig
from octavo.readers.qrnn import QRNNReader, QRNNReaderConfig
from octavo.readers.recursive import RecursiveReader, RecursiveReaderConfig
from octavo.readers.strided import StridedReader, StridedReaderConfig

ReaderConfig = Annotated[
    LSTMReaderConfig | QRNNReaderConfig | RecursiveReaderConfig | StridedReaderConfig, Discriminator("kind")
]

READERS: dict[type, type[Reader]] = {
    LSTMReaderConfig: LSTMReader,
    QRNNReaderConfig: QRNNReader,
    RecursiveReaderConfig: RecursiveReader,
    StridedReaderConfig: StridedReader,
}


def build_reader(config: ReaderConfig, alphabet: Alphabet) -> Reader:
    """The reader that this configuration describes."""
    return READERS[type(config)](config, alphabet)

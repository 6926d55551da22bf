"""Readers: text to states and a summary. One file each, and one line here."""

from octavo.interfaces import Alphabet, Reader
from octavo.readers.lstm import LSTMReader, LSTMReaderConfig

ReaderConfig = LSTMReaderConfig

READERS: dict[type, type[Reader]] = {LSTMReaderConfig: LSTMReader}


def build_reader(config: ReaderConfig, alphabet: Alphabet) -> Reader:
    """The reader that this configuration describes."""
    return READERS[type(config)](config, alphabet)

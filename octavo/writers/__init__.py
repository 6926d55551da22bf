"""Writers: what came before, and a condition, to the next token, or a condition to all positions at once.

One file each, and one line here.
"""

from typing import Annotated, overload

from pydantic import Discriminator

from octavo.interfaces import Alphabet, OneShot, Writer
from octavo.ops.streaming import WeightForm
from octavo.writers.deconvolution import DeconvolutionWriter, DeconvolutionWriterConfig
from octavo.writers.dilated import DilatedWriter, DilatedWriterConfig
from octavo.writers.hybrid import HybridWriter, HybridWriterConfig
from octavo.writers.lstm import LSTMWriter, LSTMWriterConfig
from octavo.writers.masked import MaskedWriter, MaskedWriterConfig
from octavo.writers.qrnn import QRNNWriter, QRNNWriterConfig
from octavo.writers.recursive import RecursiveWriter, RecursiveWriterConfig
from octavo.writers.streaming_qrnn import StreamingQRNN, can_stream
from octavo.writers.transformer import ModernTransformerWriterConfig, TransformerWriter, TransformerWriterConfig

WriterConfig = Annotated[
    DilatedWriterConfig
    | HybridWriterConfig
    | LSTMWriterConfig
    | MaskedWriterConfig
    | ModernTransformerWriterConfig
    | QRNNWriterConfig
    | TransformerWriterConfig,
    Discriminator("kind"),
]
OneShotConfig = Annotated[DeconvolutionWriterConfig | RecursiveWriterConfig, Discriminator("kind")]
AnyWriterConfig = Annotated[WriterConfig | OneShotConfig, Discriminator("kind")]

WRITERS: dict[type, type[Writer]] = {
    DilatedWriterConfig: DilatedWriter,
    HybridWriterConfig: HybridWriter,
    LSTMWriterConfig: LSTMWriter,
    MaskedWriterConfig: MaskedWriter,
    ModernTransformerWriterConfig: TransformerWriter,
    QRNNWriterConfig: QRNNWriter,
    TransformerWriterConfig: TransformerWriter,
}
ONE_SHOTS: dict[type, type[OneShot]] = {
    DeconvolutionWriterConfig: DeconvolutionWriter,
    RecursiveWriterConfig: RecursiveWriter,
}


@overload
def build_writer(config: OneShotConfig, alphabet: Alphabet, condition: int = 0) -> OneShot: ...
@overload
def build_writer(config: WriterConfig, alphabet: Alphabet, condition: int = 0) -> Writer: ...
@overload
def build_writer(config: AnyWriterConfig, alphabet: Alphabet, condition: int = 0) -> Writer | OneShot: ...
def build_writer(config: AnyWriterConfig, alphabet: Alphabet, condition: int = 0) -> Writer | OneShot:
    """The writer that this configuration describes, for conditions of so many features."""
    return {**WRITERS, **ONE_SHOTS}[type(config)](config, alphabet, condition)


def streaming(writer: Writer, form: WeightForm = "fp32") -> Writer:
    """The form of a writer that is fastest one token at a time: of a QRNN on CPU a fused step, else the writer itself.

    The fused step reads weights in the form asked for; the writer itself has them as they are.
    """
    return StreamingQRNN(writer, form) if can_stream(writer) else writer

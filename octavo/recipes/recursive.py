"""The byte-level recursive convolutional autoencoder (Zhang & LeCun 2018), its variants, and its LSTM baseline."""

from collections.abc import Callable

from octavo.data.codecs import EscapedConfig
from octavo.data.files import FilesConfig
from octavo.data.prepare import DataConfig
from octavo.data.samples import SamplesConfig
from octavo.layers.recursion import SharedConfig
from octavo.models.autoencoder import AutoencoderConfig
from octavo.readers.recursive import RecursiveReaderConfig
from octavo.recipe import Recipe, override
from octavo.schedules import Cosine, StepDecay
from octavo.training.optimizers import AdamWConfig, SGDConfig
from octavo.training.trainer import TrainingConfig
from octavo.writers.recursive import RecursiveWriterConfig

PAPER = "Zhang & LeCun 2018, Byte-Level Recursive Convolutional Auto-Encoder for Text"
BATCH = 32
EPOCH = 1_000_000 // BATCH  # steps: an epoch of the paper is a million samples


def autoencoder() -> Recipe:
    """§3.2, Table 2: n = 8, 160 layers at 1,024 bytes."""
    return Recipe(
        name="recursive-autoencoder",
        about="bytes of paragraphs to 1,024 numbers and back in one shot: shared convolutions, n = 8",
        paper=f"{PAPER}, section 3.2 and Table 2",
        published="byte error 3.34% test on the paper's English Wikipedia",
        data=DataConfig(
            train="wikipedia-en",
            files=FilesConfig(unit="lines"),
            codec=EscapedConfig(),
            batching=SamplesConfig(batch=BATCH, longest=1024),
        ),
        model=AutoencoderConfig(reader=RecursiveReaderConfig(), writer=RecursiveWriterConfig(), unit="mean"),
        training=TrainingConfig(
            steps=100 * EPOCH,
            # The paper steps on single texts at 0.001. Steps on the mean of 32 texts at 32 times that rate go as far
            # in as many texts, as long as the weights change little from one step to the next: hence the clipping,
            # without which n = 16 diverges within ten steps.
            optimizer=SGDConfig(
                rate=StepDecay(value=0.001 * BATCH, factor=0.5, begin=10 * EPOCH, every=10 * EPOCH, unit="steps"),
                momentum=0.9,
                weight_decay=1e-5,
            ),
            clip=1.0,
            evaluate_every=EPOCH // 10,
            evaluate_tokens=1_000_000,
        ),
    )


def of_depth(n: int, published: str) -> Recipe:
    """§4.7, Table 6."""
    return override(
        autoencoder(),
        {
            "name": f"recursive-autoencoder-{n}",
            "about": f"the recursive autoencoder with n = {n}: {20 * n} layers at 1,024 bytes",
            "paper": f"{PAPER}, Table 6",
            "published": f"byte error {published} test on the paper's English Wikipedia",
            "model.reader.depth": n,
            "model.writer.depth": n,
        },
    )


def static() -> Recipe:
    """§4.6, Table 5: every text padded to 1,024, no group shared."""
    return override(
        autoencoder(),
        {
            "name": "recursive-autoencoder-static",
            "about": "the recursive autoencoder without recursion: a group of its own for each level",
            "paper": f"{PAPER}, Table 5",
            "published": "byte error 8.05% test on the paper's English Wikipedia",
            "model.reader.levels.kind": "static",
            "model.writer.levels.kind": "static",
        },
    )


def baseline() -> Recipe:
    """§4.1, Table 3: LSTMs of 1,024, the input reversed, the last state as the decoder's first."""
    return override(
        autoencoder(),
        {
            "name": "recursive-lstm",
            "about": "the recursive autoencoder's baseline: bytes to a vector and back by LSTMs of 1,024",
            "paper": f"{PAPER}, section 4.1 and Table 3",
            "published": "byte error 67.80% test on the paper's English Wikipedia",
            **_lstm(width=1024, embedding=1024),
        },
    )


def small() -> Recipe:
    """For a laptop: n = 2, 64 features instead of 256, texts of up to 63 bytes and the end."""
    return Recipe(
        name="recursive-small",
        about="the recursive autoencoder for a laptop: n = 2, 64 features, paragraphs of up to 63 bytes",
        paper=f"{PAPER}, in small",
        data=DataConfig(
            train="wikipedia-en",
            files=FilesConfig(unit="lines"),
            codec=EscapedConfig(),
            batching=SamplesConfig(batch=32, longest=64),
        ),
        model=AutoencoderConfig(
            reader=RecursiveReaderConfig(width=64, depth=2, levels=SharedConfig(longest=64)),
            writer=RecursiveWriterConfig(width=64, depth=2, levels=SharedConfig(longest=64)),
            unit="mean",
        ),
        training=TrainingConfig(
            steps=20_000,
            # SGD takes millions of steps to what Adam's scaling of each weight reaches in thousands.
            optimizer=AdamWConfig(rate=Cosine(value=4e-3, warmup=0.02), weight_decay=1e-5),
            clip=1.0,
            evaluate_every=1000,
            evaluate_tokens=200_000,
        ),
    )


def small_lstm() -> Recipe:
    """The baseline in small, trained as recursive-small is."""
    return override(
        small(),
        {
            "name": "recursive-small-lstm",
            "about": "recursive-small's baseline: LSTMs of 256 under the same objective",
            "paper": f"{PAPER}, section 4.1, in small",
            **_lstm(width=256, embedding=128),
        },
    )


def small_vae() -> Recipe:
    """What the paper leaves to the future: a Gaussian in the middle, and texts written from nothing."""
    return override(
        small(),
        {
            "name": "recursive-vae",
            "about": "recursive-small with a Gaussian latent: texts are written at once from nothing",
            "paper": f"{PAPER}, section 5, with the Gaussian of Kingma & Welling 2013",
            "model.kind": "vae",
            "model.latent": 256,
            "model.kl_weight.kind": "ramp",
            "model.kl_weight.until": 0.5,
            "model.kl_weight.unit": "share",
            "model.reader.signed": True,
        },
    )


def _lstm(width: int, embedding: int) -> dict[str, object]:
    """The input reversed, its last state the first of the writer and nothing more of it, teacher forcing."""
    return {
        "model.reader.kind": "lstm",
        "model.reader.width": width,
        "model.reader.embedding": embedding,
        "model.writer.kind": "lstm",
        "model.writer.width": width,
        "model.writer.embedding": embedding,
        "model.writer.condition_each_step": False,
    }


RECIPES: dict[str, Callable[[], Recipe]] = {
    "recursive-autoencoder": autoencoder,
    "recursive-autoencoder-2": lambda: of_depth(2, "9.07%"),
    "recursive-autoencoder-4": lambda: of_depth(4, "5.11%"),
    "recursive-autoencoder-16": lambda: of_depth(16, "2.92%"),
    "recursive-autoencoder-static": static,
    "recursive-lstm": baseline,
    "recursive-small": small,
    "recursive-small-lstm": small_lstm,
    "recursive-vae": small_vae,
}

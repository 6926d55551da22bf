"""Deep character transformers (Al-Rfou, Choe, Constant, Guo & Jones 2019): T12, T64, their ablations, smaller ones."""

from collections.abc import Callable, Iterable
from typing import Any

from octavo.data.batching import WindowsConfig
from octavo.data.codecs import CharactersConfig
from octavo.data.prepare import DataConfig
from octavo.models.auxiliary import AuxiliaryConfig
from octavo.models.language_model import LanguageModelConfig
from octavo.recipe import Recipe, override
from octavo.schedules import Constant, Cosine
from octavo.spelling import nearest
from octavo.training.optimizers import MuonConfig, SGDConfig
from octavo.training.trainer import TrainingConfig
from octavo.writers.transformer import ModernTransformerWriterConfig, TransformerWriterConfig

PAPER = "Al-Rfou et al. 2019"

# Table 4: the model without one of its parts. With plain SGD they found a rate of 0.1 best (Ablation Experiments).
ABLATIONS: dict[str, dict[str, Any]] = {
    "positions": {"model.unit": "last"},
    "layers": {"model.auxiliary.layers": None},
    "targets": {"model.auxiliary.targets": 1},
    "embeddings": {"model.writer.positions": "sinusoidal"},
    "optimizer": {"training.optimizer.momentum": 0.0, "training.optimizer.rate": 0.1},
}


def t12_text8() -> Recipe:
    """Results, Table 1: 1.18 bits per character."""
    return Recipe(
        name="t12-text8",
        about="text8 characters: 12 transformer layers of 512, auxiliary losses",
        paper=f"{PAPER}, Table 1: T12",
        published="1.18 bits per character, test",
        data=DataConfig(
            train="text8",
            # Training: "a batch of 16 randomly selected sequences", each of 512.
            batching=WindowsConfig(batch=16, window=512),
        ),
        model=LanguageModelConfig(
            writer=TransformerWriterConfig(
                # Training: hidden size 512, filter size 2048, two attention heads, 512 positions learned a layer.
                width=512,
                layers=12,
                heads=2,
                filter=2048,
                context=512,
                positions="per-layer",
                dropout=0.2,  # Results: "a reduced dropout rate of 0.2"
            ),
            carry=False,  # Introduction: "no information passed from one batch to the next"
            # Auxiliary Losses: layer l of n until l/2n of training, a second target at half its layer's loss.
            auxiliary=AuxiliaryConfig(layers="drop", targets=2, further=0.5),
        ),
        training=TrainingConfig(
            steps=8_000_000,  # Results: "trained for 8M steps"
            optimizer=SGDConfig(rate=Constant(value=0.003), momentum=0.99),  # Training; no warm-up is told of
            evaluate_every=10_000,  # Evaluation: "roughly every 10,000 steps", the best being kept
        ),
    )


def t64_text8() -> Recipe:
    """Training, and Table 1: 1.13 bits per character."""
    return override(
        t12_text8(),
        {
            "name": "t64-text8",
            "about": "text8 characters: 64 transformer layers of 512, auxiliary losses",
            "paper": f"{PAPER}, Table 1: T64",
            "published": "1.13 bits per character, test; 1.06 dev",
            "model.writer.layers": 64,
            # The paper draws no norm. With norms after them 64 layers are slow to leave letter frequencies.
            "model.writer.norm": "before",
            "model.writer.dropout": 0.55,
            # 64 layers of activations at 16 × 512 are more than one device holds.
            "model.writer.recompute": True,
            "training.steps": 4_000_000,
        },
    )


def t12_enwik8() -> Recipe:
    """Table 3, "the same hyperparameters and training procedure": 1.11 bits per byte."""
    return override(
        t12_text8(),
        {
            "name": "t12-enwik8",
            "about": "enwik8 bytes: 12 transformer layers of 512, auxiliary losses",
            "paper": f"{PAPER}, Table 3: T12",
            "published": "1.11 bits per byte, test",
            "data.train": "enwik8",
        },
    )


def t64_enwik8() -> Recipe:
    """Table 3: 1.06 bits per byte."""
    return override(
        t64_text8(),
        {
            "name": "t64-enwik8",
            "about": "enwik8 bytes: 64 transformer layers of 512, auxiliary losses",
            "paper": f"{PAPER}, Table 3: T64",
            "published": "1.06 bits per byte, test",
            "data.train": "enwik8",
        },
    )


def t64_lm1b() -> Recipe:
    """Comparison with Word-Level Models, Table 5: 1.03 bits per byte, 40.6 a word."""
    return override(
        t64_text8(),
        {
            "name": "t64-lm1b",
            "about": "lm1b bytes: 64 transformer layers of 512, auxiliary losses, no dropout",
            "paper": f"{PAPER}, Table 5: T64",
            "published": "1.03 bits per byte, perplexity 40.6 per word, test",
            "data.train": "lm1b",
            "model.writer.dropout": 0.0,  # "we set all dropouts to zero"
        },
    )


def t64_enwik9() -> Recipe:
    """Generation: 0.85 bits per byte."""
    return override(
        t64_text8(),
        {
            "name": "t64-enwik9",
            "about": "enwik9 bytes: 64 transformer layers of 512, auxiliary losses, dropout 0.1",
            "paper": f"{PAPER}, Generation",
            "published": "0.85 bits per byte, test",
            "data.train": "enwik9",
            "model.writer.dropout": 0.1,  # "dropout=0.1 performs the best"
        },
    )


def t12_modern() -> Recipe:
    """T12's size and data as such models are built and trained today."""
    return Recipe(
        name="t12-modern",
        about="text8 characters: 12 layers of 512, rotary positions, squared ReLU, norms before, Muon",
        paper="none: T12's size and data in a form of today",
        data=DataConfig(train="text8", batching=WindowsConfig(batch=16, window=512)),
        model=LanguageModelConfig(
            writer=ModernTransformerWriterConfig(
                width=512, layers=12, heads=8, filter=2048, context=512, feed="squared-relu", dropout=0.2
            ),
            carry=False,
        ),
        training=TrainingConfig(
            # A twentieth of the paper's: 36 passes over the text.
            steps=400_000,
            optimizer=MuonConfig(rate=Cosine(value=2e-3, warmup=0.01), weight_decay=0.1),
            clip=1.0,
            evaluate_every=10_000,
        ),
    )


def t3_cpu() -> Recipe:
    """Small enough to be of use after ten minutes on a laptop."""
    return Recipe(
        name="t3-cpu",
        about="a byte language model of any text in ten minutes on a laptop: 3 transformer layers of 192",
        paper="none: a recipe of Octavo's own",
        data=DataConfig(train="manual", batching=WindowsConfig(batch=16, window=128)),
        model=LanguageModelConfig(
            writer=ModernTransformerWriterConfig(width=192, layers=3, heads=3, filter=768, context=128),
            carry=False,
        ),
        training=TrainingConfig(
            time_limit=600.0,
            optimizer=MuonConfig(rate=Cosine(value=5e-3, warmup=0.01), weight_decay=0.01),
            clip=1.0,
            evaluate_every=500,
            evaluate_tokens=100_000,
        ),
    )


def t3_shakespeare() -> Recipe:
    """The well-known small GPT script's characters and windows, and no more parameters than it has."""
    return Recipe(
        name="t3-shakespeare",
        about="Shakespeare's characters on a CPU: 3 layers of 128, 1.5 million characters of training",
        paper="none: the small GPT script's budget, 2,000 batches of 12 windows of 64, in which it comes to 1.88 nats",
        data=DataConfig(train="tinyshakespeare", codec=CharactersConfig(), batching=WindowsConfig(batch=32, window=64)),
        model=LanguageModelConfig(
            writer=ModernTransformerWriterConfig(width=128, layers=3, heads=4, filter=384, context=64), carry=False
        ),
        training=TrainingConfig(
            # Of the same 1.54 million characters: to Muon a large batch costs no more than a small one.
            steps=750,
            optimizer=MuonConfig(rate=Cosine(value=6e-3, warmup=0.03), weight_decay=0.0),
            clip=1.0,
            evaluate_every=750,
            evaluate_tokens=20_000,
        ),
    )


# What tells a model of minutes from T12: its text and its sizes.
IN_SMALL = {
    "data.train": "text8-prefix",
    "data.batching.window": 64,
    "model.writer.layers": 6,
    "model.writer.width": 64,
    "model.writer.filter": 256,
    "model.writer.context": 64,
    "model.writer.dropout": 0.0,
    "training.evaluate_tokens": 50_000,
}


def t6_small() -> Recipe:
    """The ablations in a minute or two: the paper's model and losses in small, with an optimizer for so few steps."""
    return override(
        t12_text8(),
        {
            "name": "t6-small",
            "about": "text8's beginning: 6 transformer layers of 64, all auxiliary losses, for ablations",
            "paper": f"{PAPER}, Table 4, in small",
            "published": "",
            **IN_SMALL,
            "training.steps": 600,
            # The published rate is for millions of steps: with a momentum of 0.99 it would take most of these to start.
            # After 600 steps 0.15 is behind 0.2 and 0.3, which are level, and 1 has not left letter frequencies.
            "training.optimizer.rate": 0.2,
            "training.optimizer.momentum": 0.9,
            "training.clip": 1.0,
            "training.evaluate_every": 600,
        },
    )


RECIPES: dict[str, Callable[[], Recipe]] = {
    "t12-text8": t12_text8,
    "t64-text8": t64_text8,
    "t12-enwik8": t12_enwik8,
    "t64-enwik8": t64_enwik8,
    "t64-lm1b": t64_lm1b,
    "t64-enwik9": t64_enwik9,
    "t12-modern": t12_modern,
    "t3-cpu": t3_cpu,
    "t3-shakespeare": t3_shakespeare,
    "t6-small": t6_small,
}


def left_out(recipe: Recipe, parts: Iterable[str]) -> dict[str, Any]:
    """The changes that leave the recipe without some of the parts that Table 4 asks about."""
    changes: dict[str, Any] = {}
    for part in parts:
        if part not in ABLATIONS:
            raise ValueError(f"--ablate {part}: {nearest(part, ABLATIONS)}")
        if not _is_published(recipe):
            known = ", ".join(name for name in RECIPES if _is_published(RECIPES[name]()))
            raise ValueError(f"--ablate {part}: {recipe.name} has no such part; recipes that have: {known}")
        changes |= ABLATIONS[part]
    return changes


def _is_published(recipe: Recipe) -> bool:
    return isinstance(recipe.model, LanguageModelConfig) and bool(recipe.model.auxiliary.layers)

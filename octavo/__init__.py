"""Octavo: one toolkit for text models that need no tokenizer."""

from typing import Any

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """What a notebook needs, imported when it is asked for: `import octavo` itself stays light."""
    if name == "QRNN":
        from octavo.layers.qrnn import QRNN

        return QRNN
    if name in ("load", "Pretrained"):
        from octavo import pretrained

        return getattr(pretrained, name)
    raise AttributeError(f"module 'octavo' has no attribute {name!r}")

"""What a run's model can do, or which models can."""

from typing import Any

from octavo.interfaces import TextModel
from octavo.models import MODELS

SPELT = {
    "condition": "write from nothing",
    "logits": "say what it expects",
    "read": "translate",
    "posterior": "tell what a latent variable is of a text",
}


def able(model: TextModel, capability: str, *others: str) -> Any:
    """The model's method of this name, or of another that will do, or an error that names the models which have one."""
    names = (capability, *others)
    for name in names:
        if hasattr(model, name):
            return getattr(model, name)
    verb = SPELT.get(capability, capability)
    having = [config.kind for config, kind in MODELS.items() if any(hasattr(kind, name) for name in names)]
    own = next(config.kind for config, kind in MODELS.items() if isinstance(model, kind))
    raise ValueError(f"this run's model, {own}, cannot {verb}; models that can: {', '.join(having) or 'none yet'}")

"""Static levels with the weights of shared ones."""

import re

from torch import Tensor, nn


def copied(shared: nn.Module, static: nn.Module) -> dict[str, Tensor]:
    """The state of a static part whose every group has the weights of the one that is shared."""
    weights = shared.state_dict()
    return {name: weights[re.sub(r"^levels\.groups\.\d+", "levels.group", name)] for name in static.state_dict()}

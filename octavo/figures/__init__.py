"""Figures, drawn from JSON alone: `FIGURES[name](runs, out)`."""

from collections.abc import Callable, Sequence
from pathlib import Path

from octavo.figures.ablation import ablation
from octavo.figures.copying import copying
from octavo.figures.end_of_text import end_of_text
from octavo.figures.few_labels import few_labels
from octavo.figures.heat_map import hidden_states
from octavo.figures.historyless import historyless_curves
from octavo.figures.inspection import inspection
from octavo.figures.latent_cost import historyless, latent_lengths, latent_sight, latent_weights
from octavo.figures.learning import learning, learning_error, learning_seen
from octavo.figures.lengths import length_error, lengths
from octavo.figures.mutation import mutation
from octavo.figures.plane import plane
from octavo.figures.scaling import scaling
from octavo.figures.speed import qrnn_speed
from octavo.figures.stacked_cost import stacked_cost

FIGURES: dict[str, Callable[[Sequence[Path], Path], None]] = {
    "learning": learning,
    "learning-seen": learning_seen,
    "learning-error": learning_error,
    "hidden-states": hidden_states,
    "inspect": inspection,
    "copy-test": copying,
    "ablation": ablation,
    "qrnn-speed": qrnn_speed,
    "end-of-text": end_of_text,
    "mutation": mutation,
    "length-error": length_error,
    "lengths": lengths,
    "scaling": scaling,
    "latent-lengths": latent_lengths,
    "latent-weights": latent_weights,
    "latent-sight": latent_sight,
    "historyless": historyless,
    "historyless-curves": historyless_curves,
    "plane": plane,
    "stacked-cost": stacked_cost,
    "few-labels": few_labels,
}

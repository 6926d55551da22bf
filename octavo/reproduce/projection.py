"""What the published trainings would take, from the operations and the speed of a step in `octavo bench systems`.

On a graphics card that is a projection until the bench has run on one: at a share of its product rate which large
models reach, and no step shorter than what it takes to start one's kernels.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from octavo.environment import processor

CARD, CARD_RATE = "H100", 989e12  # dense bf16 products a second, as its maker says
SHARE = 0.3  # of them, assumed
STEP_SECONDS = 0.01  # no step is shorter, assumed
DOLLARS = 3.0  # an hour of such a card, assumed

HEAD = f"""
## Trainings of the published length

Operations of a step's products and tokens a second are those of `octavo bench systems`. The last columns but one are a
projection, not a measurement: one {CARD} at {SHARE:.0%} of its bf16 product rate ({CARD_RATE / 1e12:.0f} TFLOP/s),
no step shorter than {1e3 * STEP_SECONDS:.0f} ms, ${DOLLARS:g} an hour; all of these are assumed.
"""


class Training(NamedTuple):
    """A recipe at its published length; `tokens` are those that a step goes over, padding included."""

    recipe: str
    steps: float
    tokens: int
    counted: str
    paper: str


SILENT = "not said"
TRAININGS = (
    Training("lstm-ptb-medium", 39 * 929_589 / 700, 20 * 35, "39 epochs of 929,589 words", SILENT),
    Training("qrnn-ptb", 72 * 929_589 / 2100, 20 * 105, "72 epochs of 929,589 words", "one NVIDIA K40, time not said"),
    Training("recursive-autoencoder", 1e8 / 32, 32 * 1024, "100 million samples, at most 1,024 bytes each", SILENT),
    Training("hybrid-tweets", 1e5, 32 * 160, "not said; 100,000 steps of 32 tweets", SILENT),
    Training("t12-text8", 8e6, 16 * 512, "8 million steps of 16 x 512", SILENT),
    Training("t64-text8", 4e6, 16 * 512, "4 million steps of 16 x 512", SILENT),
    Training("scnn-vae-yahoo", 40 * 1e5 / 32, 32 * 100, "40 epochs of 100,000 texts, about 100 words each", SILENT),
)


def projected(results: Mapping[str, Mapping[str, Any]]) -> Iterator[dict[str, str]]:
    """A row for each training and each bench that ran a step of it."""
    benches = [one for one in results.values() if one.get("systems")]
    for training in TRAININGS:
        for bench in benches:
            for step in bench["systems"]:
                if step["system"] == training.recipe and not step.get("compiled"):
                    yield _row(training, step, bench["machine"])


def _row(training: Training, step: Mapping[str, Any], machine: Mapping[str, Any]) -> dict[str, str]:
    tokens = training.steps * training.tokens
    operations = tokens * step["GFLOP_per_s"] * 1e9 / step["tokens_per_s"]
    on_card = max(operations / CARD_RATE / SHARE, training.steps * STEP_SECONDS)
    return {
        "command": f"`octavo train {training.recipe}`",
        "published length": training.counted,
        "PFLOP": f"{operations / 1e15:,.3g}" if operations < 1e18 else f"{operations / 1e15:,.0f}",
        "measured, tokens/s": f"{step['tokens_per_s']:,}",
        "on": processor(machine),
        "there": lasting(tokens / step["tokens_per_s"]),
        f"one {CARD}": lasting(on_card),
        "cost": f"${on_card / 3600 * DOLLARS:,.2f}",
        "the paper's hardware and time": training.paper,
    }


def lasting(seconds: float) -> str:
    """A long time in the unit that suits it.

    >>> [lasting(seconds) for seconds in (600, 9000, 500_000)]
    ['10 minutes', '2.5 hours', '5.8 days']
    """
    if seconds < 7200:
        return f"{seconds / 60:.0f} minutes"
    return f"{seconds / 3600:.1f} hours" if seconds < 172_800 else f"{seconds / 86_400:,.1f} days"

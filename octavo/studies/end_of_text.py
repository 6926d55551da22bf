"""Whether a writer knows where a text ends (Zhang & LeCun 2018, §4.2 and Figure 4)."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from octavo import latents
from octavo.evaluation.reconstruction import Reconstruction, before_end
from octavo.runs import Run
from octavo.studies.samples import StudyConfig, samples

NEVER = "never"  # among the differences: no end was written at all


def end_of_text(run: Run, settings: StudyConfig) -> dict[str, Any]:
    """Of each split how much longer than the text is what came back, up to its first end."""
    return {
        split: differences(latents.reconstruct(run, ids, settings.num_beams), run.codec.alphabet.end)
        for split, ids in samples(run, settings).items()
    }


def differences(reconstructions: Iterable[Reconstruction], end: int | None) -> dict[str, Any]:
    """The histogram of differences in length, and the share at 0."""
    counts: Counter[int] = Counter()
    never = texts = 0
    for one in reconstructions:
        texts += 1
        if end in one.made_L:
            counts[len(before_end(one.made_L, end)) - len(before_end(one.truth_L, end))] += 1
        else:
            never += 1
    histogram = {str(difference): counts[difference] for difference in sorted(counts)}
    return {"texts": texts, "share_at_0": counts[0] / max(texts, 1), "differences": histogram, NEVER: never}

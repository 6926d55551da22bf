"""One text in the eyes of a language model: the analyses of Al-Rfou et al. (2019), Figures 5 to 7 and Table 6."""

from pathlib import Path
from typing import Any

from octavo.evaluation.copying import parse_names
from octavo.pretrained import Pretrained
from octavo.runs import Run
from octavo.studies.samples import StudyConfig

SAMPLES, NEW = 3, 128
THRESHOLD = 0.001


def text(run: Run, settings: StudyConfig) -> dict[str, Any]:
    """What a model thinks at every character of the text and, from its first `given` characters, writes and completes.

    With a name and a made-up one (`copy_test`), whether the latter is taken up again.
    """
    if settings.text is None:
        raise ValueError("the study text is of one text: name its file with --text")
    whole, model = Path(settings.text).read_text("utf-8"), Pretrained(run)
    seed, truth = whole[: settings.given], whole[settings.given : settings.given + NEW]
    if not truth:
        raise ValueError(f"{settings.text}: after {settings.given:,} characters given there is nothing to hold against")
    writer = getattr(run.model, "writer", None)
    bounded = getattr(writer, "context", None) is not None
    found: dict[str, Any] = {
        "text": whole,
        "given": settings.given,
        "inspected": [one._asdict() for one in model.inspect(whole, "exact" if bounded else None)],
        "completions": [one._asdict() for one in model.complete(seed, THRESHOLD)],
        "samples": model.generate(seed, SAMPLES, max_new_tokens=NEW, seed=settings.seed),
        "truth": truth,
    }
    if settings.copy_test:
        copied = model.copy_test(whole, *parse_names(settings.copy_test), settings.pronoun, settings.given)
        found["copied"] = copied.facts()
    return found

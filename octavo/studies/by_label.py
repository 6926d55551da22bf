"""Texts written by label, all else being equal (Yang et al. 2017, Table 6)."""

from typing import Any

from octavo.latents import longest_trained
from octavo.pretrained import Pretrained
from octavo.runs import Run
from octavo.studies.samples import StudyConfig

GROUPS = 3


def by_label(run: Run, settings: StudyConfig) -> dict[str, Any]:
    """Groups of texts: one draw of z each, and every label's best text by a beam search, ranked by nats a token."""
    classes: Any = getattr(run.model, "classes", None)
    if classes is None:
        raise ValueError("this run's model has no labels to write by: a labelled VAE has")
    model, longest = Pretrained(run), settings.longest or longest_trained(run) or 100
    names = run.about.label_names if hasattr(run.model, "classify") else [*map(str, range(classes))]
    groups = [
        {
            "seed": seed,
            "texts": {
                name: model.generate(
                    "", label=name, seed=seed, num_beams=settings.num_beams, max_new_tokens=longest, **_drawn(settings)
                )[0]
                for name in names
            },
        }
        for seed in range(settings.seed, settings.seed + GROUPS)
    ]
    return {"num_beams": settings.num_beams, "groups": groups}


def _drawn(settings: StudyConfig) -> dict[str, Any]:
    """Without beams, the likeliest token at each step."""
    return {} if settings.num_beams > 1 else {"do_sample": False}

"""Texts written by label, all else being equal (Yang et al. 2017, Table 6)."""

from collections.abc import Sequence
from typing import Any

from octavo.latents import longest_trained
from octavo.pretrained import Pretrained
from octavo.runs import Run
from octavo.studies.samples import StudyConfig

GROUPS = 3


def by_label(run: Run, settings: StudyConfig) -> dict[str, Any]:
    """Groups of texts: one draw of z each, and every label's best text by a beam search, ranked by nats a token.

    Where the model classifies, how likely it finds each text's own label stands beside it. What is unknown is never
    written: where it is frequent, the likeliest text of all is that token over and over.
    """
    classes: Any = getattr(run.model, "classes", None)
    if classes is None:
        raise ValueError("this run's model has no labels to write by: a labelled VAE, as scnn-vae-semi-20news, has")
    model, tells = Pretrained(run), hasattr(run.model, "classify")
    names = run.about.label_names if tells else [*map(str, range(classes))]
    groups = [_group(model, names, seed, tells, settings) for seed in range(settings.seed, settings.seed + GROUPS)]
    barred = [word.decode("utf-8", "replace") for word in _unknown(run)]
    return {"num_beams": settings.num_beams, "bad_words": barred, "groups": groups}


def _group(model: Pretrained, names: Sequence[str], seed: int, tells: bool, settings: StudyConfig) -> dict[str, Any]:
    longest = settings.longest or longest_trained(model.run) or 100
    options: dict[str, Any] = {
        "seed": seed,
        "num_beams": settings.num_beams,
        "max_new_tokens": longest,
        "bad_words": _unknown(model.run),
        **_drawn(settings),
    }
    texts = {name: model.generate("", label=name, **options)[0] for name in names}
    if not tells:
        return {"seed": seed, "texts": texts}
    told = zip(names, model.classify([*texts.values()]), strict=True)
    return {"seed": seed, "texts": texts, "probabilities": {name: round(shares[name], 4) for name, shares in told}}


def _unknown(run: Run) -> tuple[bytes, ...]:
    """How what its codec does not know is written, if there is such a thing."""
    return () if run.codec.unknown is None else (run.codec.decode([run.codec.unknown]),)


def _drawn(settings: StudyConfig) -> dict[str, Any]:
    """Without beams, the likeliest token at each step."""
    return {} if settings.num_beams > 1 else {"do_sample": False}

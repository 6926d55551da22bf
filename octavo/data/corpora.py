"""Corpora by name: `resolve(name, root)` finds their files, and says what is missing and how to get it."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from octavo.data.catalogue import CATALOGUE
from octavo.data.cleaning import Cleaning
from octavo.data.compression import SUFFIXES
from octavo.data.corpus import Corpus, Layout, Part
from octavo.data.files import FilesConfig
from octavo.data.folders import data_root
from octavo.data.manual import SPLITS, ManualSplit
from octavo.data.pieces import Unit
from octavo.data.sources import PAIR
from octavo.data.splits import FileSplit, MixedSplit, Split
from octavo.data.toy_splits import TOYS
from octavo.spelling import nearest

Splits = Mapping[str, Split]


def _manual(unit: Unit | None) -> Splits:
    return {split: ManualSplit(split=split, unit=unit or "stream") for split in SPLITS}


class Embedded(NamedTuple):
    """A corpus that comes with the program, and how to make its splits."""

    about: str
    licence: str
    splits: Callable[[Unit | None], Splits]


EMBEDDED = {
    "manual": Embedded("Python's own language manual, 370 KB of technical English", "PSF License 2", _manual),
    **{name: Embedded(toys.about, "MIT", toys.splits) for name, toys in TOYS.items()},
}

# What a model of several languages learns at once: each corpus keeps its own splits.
MIXES = {"paragraphs-mixed": ("wikipedia-en", "wikipedia-zh", "news-ar")}


def names() -> list[str]:
    """Every corpus that `resolve` knows, those that come with the program first."""
    return [*EMBEDDED, *CATALOGUE, *MIXES]


def resolve(name: str, root: str | Path | None = None, unit: Unit | None = None) -> Splits:
    """The splits of a named corpus, in its usual unit unless another is given.

    Its files are under `root`, or OCTAVO_DATA, or the cache.
    """
    if name in EMBEDDED:
        return EMBEDDED[name].splits(unit)
    if name in MIXES:
        return _mixed([resolve(part, root, unit) for part in MIXES[name]])
    corpus, root = find(name), data_root(root)
    layout = _layout(corpus, root)
    if layout is None:
        raise ValueError(_missing(corpus, root))
    unit = unit or layout.files.unit
    config = _config(corpus, layout, unit)
    return {
        split: FileSplit(unit=unit, paths=sources, config=config, rules=part.rules)
        for split, part in layout.parts.items()
        if (sources := _sources(part, root))
    }


def _mixed(corpora: Sequence[Splits]) -> Splits:
    common = [split for split in corpora[0] if all(split in one for one in corpora)]
    return {
        split: MixedSplit(unit=corpora[0][split].unit, parts=tuple(one[split] for one in corpora)) for split in common
    }


def find(name: str) -> Corpus:
    """What the catalogue says of a public corpus."""
    if name in EMBEDDED:
        raise ValueError(f"{name} comes with the program: there is nothing to fetch")
    if name not in CATALOGUE:
        raise ValueError(f"no corpus is called {name!r}: {nearest(name, names())}")
    return CATALOGUE[name]


def is_missing(name: str) -> bool:
    """Whether this is a public corpus, or a mix of them, whose files are not under the data root."""
    if name in MIXES:
        return any(map(is_missing, MIXES[name]))
    return name in CATALOGUE and _layout(CATALOGUE[name], data_root()) is None


def stand_in(batching: str, labelled: bool) -> str:
    """The corpus that comes with the program and has what batches of this kind need."""
    if batching == "pairs":
        return "toys-pairs"
    return "toys" if labelled or batching not in ("stream", "windows") else "manual"


def cleaning(name: str) -> tuple[Cleaning, ...]:
    """What a public corpus's texts go through; of another source, nothing."""
    return CATALOGUE[name].layouts[0].files.clean if name in CATALOGUE else ()


def _layout(corpus: Corpus, root: Path) -> Layout | None:
    """The first way of lying in which all that is needed is there."""
    for layout in corpus.layouts:
        needed = [layout.parts[split] for split in ("train", "valid", "test") if split in layout.parts]
        if all(_sources(part, root) for part in needed):
            return layout
    return None


def _sources(part: Part, root: Path) -> tuple[str, ...]:
    """The part's sources as they lie, or nothing if one is not there."""
    found = [_located(source, root) for source in part.sources]
    return tuple(source for source in found if source) if all(found) else ()


def _located(source: str, root: Path) -> str | None:
    """Where a source is, each of its files perhaps compressed."""
    places = []
    for file in source.split(PAIR):
        there = next((root / (file + suffix) for suffix in ("", *SUFFIXES) if (root / (file + suffix)).exists()), None)
        if there is None:
            return None
        places.append(str(there))
    return PAIR.join(places)


def _config(corpus: Corpus, layout: Layout, unit: Unit) -> FilesConfig:
    """How to read the layout; rules that choose texts must see them in the layout's own unit."""
    own = layout.files.unit
    paired = any(PAIR in source for part in layout.parts.values() for source in part.sources) or layout.files.other
    if not paired and not any(part.rules for part in layout.parts.values()):
        return dataclasses.replace(layout.files, unit=unit)
    if unit not in (own, "stream"):
        choices = '"stream"' if own == "stream" else f'"{own}" or "stream"'
        raise ValueError(f"{corpus.name}, for how it is split, has its text in unit {choices}, not {unit!r}")
    return layout.files


def _missing(corpus: Corpus, root: Path) -> str:
    sources = [source for part in corpus.layouts[0].parts.values() for source in part.sources]
    wanted = next(source for source in sources if _located(source, root) is None).split(PAIR)[0]
    way_out = f"fetch it with: octavo data get {corpus.name}" if corpus.addresses else corpus.by_hand
    return f"{corpus.name} is not in the data root {root} (no {wanted}): {way_out}"

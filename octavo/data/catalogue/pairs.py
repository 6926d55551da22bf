"""Sentence pairs, German to English: the German is read, the English written."""

from octavo.data.corpus import Address, Corpus, Layout, Part, parts, shares
from octavo.data.files import FilesConfig
from octavo.data.rules import EveryNth, Linked, Talks
from octavo.data.sources import PAIR

LINES = FilesConfig(unit="lines")
MULTI30K = "https://github.com/multi30k/dataset/raw/master/data/task1/raw"
MULTI30K_TESTS = ("test_2016_flickr", "test_2017_flickr", "test_2017_mscoco", "test_2018_flickr")


def _both(file: str) -> str:
    """A pair's source from the name of its files, {} standing for the language."""
    return file.format("de") + PAIR + file.format("en")


def _talks(year: int, folder: str, split: str, by_hand: str, splits: dict[str, Part]) -> Corpus:
    return Corpus(
        name=f"iwslt{year}-de-en",
        about=f"sentences of TED talks, IWSLT 20{year}",
        licence="CC BY-NC-ND 4.0 (TED)",
        page=f"https://wit3.fbk.eu/20{year}-01",
        split=split,
        folder=folder,
        layouts=(Layout(LINES, splits),),
        by_hand=f"WIT3 gives its archives only by a click: {by_hand}",
    )


def _talks_14() -> Corpus:
    at = "iwslt14_de_en/de-en"
    train = (_both(f"{at}/train.tags.de-en.{{}}"),)
    tests = ("TED.dev2010", "TEDX.dev2012", "TED.tst2010", "TED.tst2011", "TED.tst2012")
    return _talks(
        14,
        "iwslt14_de_en",
        "every 23rd training pair for validation; dev2010, TEDX dev2012 and tst2010 to tst2012 joined for testing",
        f"unpack texts/de/en/de-en.tgz of 2014-01 in iwslt14_de_en, which gives {at}/train.tags.de-en.de and the rest",
        {
            "train": Part(train, (Talks(), EveryNth(23, others=True))),
            "valid": Part(train, (Talks(), EveryNth(23))),
            "test": Part(tuple(_both(f"{at}/IWSLT14.{test}.de-en.{{}}.xml") for test in tests), (Talks(),)),
        },
    )


def _talks_16() -> Corpus:
    at = "iwslt16_de_en/de-en"
    return _talks(
        16,
        "iwslt16_de_en",
        "the training pairs; TED.tst2013 for validation and TED.tst2014 for testing, as in the QRNN paper",
        f"unpack texts/de/en/de-en.tgz of 2016-01 in iwslt16_de_en, which gives {at}/train.tags.de-en.de and the rest",
        {
            "train": Part((_both(f"{at}/train.tags.de-en.{{}}"),), (Talks(),)),
            "valid": Part((_both(f"{at}/IWSLT16.TED.tst2013.de-en.{{}}.xml"),), (Talks(),)),
            "test": Part((_both(f"{at}/IWSLT16.TED.tst2014.de-en.{{}}.xml"),), (Talks(),)),
        },
    )


PAIRS = (
    Corpus(
        name="multi30k",
        about="captions of photographs, 29,000 pairs for training (Elliott et al. 2016)",
        licence="CC BY-NC-SA 4.0",
        page="https://github.com/multi30k/dataset",
        split="as published; test_2016_flickr for testing, later tests under their own names",
        folder="multi30k",
        layouts=(
            Layout(
                LINES,
                parts(
                    _both("multi30k/train.{}"),
                    _both("multi30k/val.{}"),
                    _both("multi30k/test_2016_flickr.{}"),
                    **{test: _both(f"multi30k/{test}.{{}}") for test in MULTI30K_TESTS[1:]},
                ),
            ),
        ),
        addresses=tuple(
            Address(f"{MULTI30K}/{part}.{language}.gz")
            for part in ("train", "val", *MULTI30K_TESTS)
            for language in ("de", "en")
        ),
    ),
    Corpus(
        name="tatoeba-de-en",
        about="short sentences in pairs, many with several translations",
        licence="CC BY 2.0 FR (tatoeba.org, manythings.org)",
        page="https://www.manythings.org/anki/",
        split="90%, 5% and 5% by a hash; pairs that have a German or English sentence in common stay together",
        folder="tatoeba_de_en",
        layouts=(
            Layout(
                FilesConfig(unit="documents", format="tsv", header=False, text="0", other="1"),
                shares("tatoeba_de_en/deu.txt", rule=Linked),
            ),
        ),
        addresses=(Address("https://www.manythings.org/anki/deu-eng.zip"),),
    ),
    _talks_14(),
    _talks_16(),
)

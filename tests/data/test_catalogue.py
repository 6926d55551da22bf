"""What every entry of the catalogue owes its reader."""

import re
from pathlib import PurePosixPath

import pytest

from octavo.data.catalogue import CATALOGUE
from octavo.data.corpus import Corpus
from octavo.data.sources import PAIR
from tools.data_page import PAGE, page

NAMES = {
    "ptb",
    "ptb-char",
    "text8",
    "enwik8",
    "enwik9",
    "lm1b",
    "wikitext-2",
    "wikitext-103",
    "imdb",
    "yahoo-answers",
    "yelp",
    "ag-news",
    "20news",
    "sentiment140",
    "iwslt14-de-en",
    "iwslt16-de-en",
    "multi30k",
    "tatoeba-de-en",
    "wikipedia-en",
    "wikipedia-zh",
    "wikipedia-ar",
}


def test_the_corpora_of_the_papers_are_there() -> None:
    assert set(CATALOGUE) >= NAMES


@pytest.mark.parametrize("corpus", CATALOGUE.values(), ids=lambda corpus: corpus.name)
class TestEntry:
    def test_its_words_are_complete(self, corpus: Corpus) -> None:
        assert all((corpus.about, corpus.licence, corpus.split))
        assert corpus.page.startswith("http")
        assert corpus.addresses or corpus.by_hand

    def test_its_checksums_are_whole(self, corpus: Corpus) -> None:
        for address in corpus.addresses:
            assert address.sha256 is None or re.fullmatch("[0-9a-f]{64}", address.sha256)
            assert address.name

    def test_its_layouts_have_training_and_validation_texts_in_its_folder(self, corpus: Corpus) -> None:
        for layout in corpus.layouts:
            assert {"train", "valid"} <= layout.parts.keys()
            for part in layout.parts.values():
                for source in part.sources:
                    assert all(PurePosixPath(file).parts[0] == corpus.folder for file in source.split(PAIR))

    def test_no_split_has_another_ones_text(self, corpus: Corpus) -> None:
        for layout in corpus.layouts:
            whole = [(part.sources, part.rules) for part in layout.parts.values()]
            assert len(whole) == len(set(whole))


def test_the_page_of_corpora_is_up_to_date() -> None:
    assert PAGE.read_text("utf-8") == page(), "run: python -m tools.data_page"

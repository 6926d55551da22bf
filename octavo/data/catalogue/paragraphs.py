"""Paragraphs of encyclopaedias and newspapers, in three scripts."""

from octavo.data.corpus import Corpus, Layout, shares
from octavo.data.files import FilesConfig
from octavo.data.rules import Articles, Rows


def _wikipedia(language: str, code: str) -> Corpus:
    file = f"wiki_{code}/wiki_{code}.txt"
    return Corpus(
        name=f"wikipedia-{code}",
        about=f"paragraphs of the {language} Wikipedia",
        licence="CC BY-SA 4.0 and GFDL",
        page=f"https://dumps.wikimedia.org/{code}wiki/",
        split="90%, 5% and 5% of the articles by a hash of the title; titles are left out",
        folder=f"wiki_{code}",
        layouts=(Layout(FilesConfig(unit="lines"), shares(file, rule=Articles)),),
        by_hand=(
            f"extract the articles of {code}wiki-latest-pages-articles.xml.bz2, with WikiExtractor say, "
            f"to {file}: a title as = Title =, then a paragraph a line"
        ),
    )


PARAGRAPHS = (
    _wikipedia("English", "en"),
    _wikipedia("Chinese", "zh"),
    _wikipedia("Arabic", "ar"),
    Corpus(
        name="news-ar",
        about="paragraphs of Saudi newspapers (SaudiNewsNet)",
        licence="CC BY-NC-SA 4.0",
        page="https://github.com/ParallelMazen/SaudiNewsNet",
        split="90%, 5% and 5% of the articles by a hash of their line number",
        folder="news_ar",
        layouts=(
            Layout(FilesConfig(unit="lines", text="content"), shares("news_ar/saudinewsnet_50mb.jsonl", rule=Rows)),
        ),
        by_hand='place the articles as JSON lines with a "content" at news_ar/saudinewsnet_50mb.jsonl',
    ),
)

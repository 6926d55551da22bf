"""Write docs/data.md, whose list of corpora is the catalogue's own: `python -m tools.data_page`."""

from pathlib import Path

from octavo.data.catalogue import CATALOGUE
from octavo.data.corpora import EMBEDDED, MIXES
from octavo.data.corpus import Corpus, Layout
from octavo.data.sources import PAIR

PAGE = Path(__file__).parents[1] / "docs" / "data.md"

HEAD = """# Texts and corpora

The list of corpora is made from the catalogue by `python -m tools.data_page`; a test holds it up to date.

## Files

A source is a file, a folder (all its files at any depth, in order, hidden ones left out), `-` for the standard input,
or `from::to`, two files whose lines are pairs. Each may end in `.gz`, `.xz` or `.zst`. Several sources can be joined.

| suffix | read as |
|---|---|
| `.jsonl`, `.ndjson` | an object on each line |
| `.csv` | fields between commas, quoted where they hold commas, quotes or newlines |
| `.tsv` | fields between tabs; quotes are only characters |
| `.parquet` | rows, batch by batch (`pip install 'octavo[data]'`, as for `.zst`) |
| any other, or none | text |

`files.format` decides for a file whose suffix does not. Bytes pass untouched; no file is held in memory.

| `files.unit` | text files | tables |
|---|---|---|
| `stream` | one running text | the rows' texts, a newline after each |
| `lines` | a document for each line, without its `\\n` or `\\r\\n` | for each line of a row's text |
| `paragraphs` | for each paragraph, blank lines between them | for each paragraph of a row's text |
| `documents` | for each file | for each row |

`files.text`, `files.label` and `files.other` name a table's columns, or number them from 0 where `files.header` is
false; `title+content` makes one text of two columns. In a pair `text` is what is written and `other` what it is
written from: a translation's source. Text files may be labelled by their `folder` or their own name, `file`.

`files.clean` changes texts, in order: `latin-1` decodes that encoding, `backslashes` makes newlines of `\\n`,
`breaks` of `<br />`, `tweets` replaces user names by `@userid` and links by `url`, `underscores` makes PTB's
characters of its words, `punctuation` splits marks off from words, so that a codec of words sees words: `it 's 3.5 ,
is n't it ?`. A named corpus's own changes come first, then these. Texts that `octavo classify`, `score`, `translate`
and the like are given go through them too, but for the first two, which are about files.

## Named corpora

`octavo train RECIPE --data NAME` uses a corpus by its name, with its published splits. Their files are under
`--data-root`, or `OCTAVO_DATA`, or the cache, in a folder for each; `octavo data get NAME` fetches what can be
fetched. A download goes on where it was cut off and is verified by its sha256; where none is known beforehand the
first one is trusted, said aloud, recorded, and asked of every later one. Any of the files may be compressed.

These come with the program:
"""

COLUMNS = "\nThe others, with the files that they may lie in:\n"


def page() -> str:
    """The whole page, as docs/data.md ought to read."""
    embedded = [f"| `{name}` | {corpus.about} | {corpus.licence} |" for name, corpus in EMBEDDED.items()]
    table = ["| name | | licence |", "|---|---|---|", *embedded]
    mixes = [f"`{name}` is {' with '.join(mix)}, each in its own splits.\n" for name, mix in MIXES.items()]
    return "\n".join([HEAD, *table, COLUMNS, *map(_corpus, CATALOGUE.values()), *mixes])


def _corpus(corpus: Corpus) -> str:
    lines = [f"### {corpus.name}\n", f"{_sentence(corpus.about)}\n"]
    lines += [f"- split: {corpus.split}", f"- licence: {corpus.licence}", f"- page: <{corpus.page}>"]
    lines += [f"- files: {_files(layout)}" for layout in corpus.layouts]
    if corpus.addresses:
        lines.append(f"- download: {_trusted(corpus)}")
    if corpus.by_hand:
        lines.append(f"- by hand: {corpus.by_hand}")
    return "\n".join([*lines, ""])


def _trusted(corpus: Corpus) -> str:
    """Against what a download is verified."""
    known = [address.name for address in corpus.addresses if address.sha256]
    if len(known) == len(corpus.addresses):
        return "verified by its known sha256"
    if not known:
        return "no sha256 is known: the first download is trusted, and its own sha256 asked of every later one"
    return (
        f"the sha256 of {', '.join(known)} is known; of the others, that of the first download is asked of later ones"
    )


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}.".replace("<", r"\<")


def _files(layout: Layout) -> str:
    sources = [source for part in layout.parts.values() for source in part.sources]
    return ", ".join(f"`{file}`" for file in dict.fromkeys(file for source in sources for file in source.split(PAIR)))


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")

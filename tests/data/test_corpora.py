"""Named corpora, on small samples that lie as the real ones do."""

import gzip
from pathlib import Path

import pytest

from octavo.data.corpora import EMBEDDED, MIXES, resolve
from octavo.data.pieces import Piece, Unit


def lay(root: Path, **files: str | bytes) -> None:
    """Write files whose names are given with __ for / and _dot_ for a dot."""
    for name, content in files.items():
        path = root / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


def pieces(name: str, root: Path, split: str = "train", unit: Unit | None = None) -> list[Piece]:
    return list(resolve(name, root, unit)[split].pieces())


def lay_ptb(root: Path) -> None:
    lay(
        root,
        ptb__ptb_dot_train_dot_txt=" no it was n't \n <unk> N \n",
        ptb__ptb_dot_valid_dot_txt=" a \n",
        ptb__ptb_dot_test_dot_txt=" b \n",
    )


def test_ptb_in_words_and_in_characters(tmp_path: Path) -> None:
    lay_ptb(tmp_path)
    assert [piece.text for piece in pieces("ptb", tmp_path)] == [b" no it was n't \n <unk> N \n"]
    assert [piece.text for piece in pieces("ptb-char", tmp_path)] == [b"no_it_was_n't\n<unk>_N\n"]
    lines = pieces("ptb", tmp_path, unit="lines")
    assert [(piece.text, piece.ends) for piece in lines] == [(b" no it was n't ", True), (b" <unk> N ", True)]
    assert set(resolve("ptb", tmp_path)) == {"train", "valid", "test"}


def test_text8_is_split_by_bytes_even_from_a_compressed_file(tmp_path: Path) -> None:
    text = b"abcdefghi " * 10
    lay(tmp_path, text8__text8_dot_gz=gzip.compress(text))
    found = {split: b"".join(p.text for p in part.pieces()) for split, part in resolve("text8", tmp_path).items()}
    assert found == {"train": text[:90], "valid": text[90:95], "test": text[95:]}
    with pytest.raises(ValueError, match="text8, for how it is split, has its text in unit \"stream\", not 'lines'"):
        resolve("text8", tmp_path, "lines")


@pytest.mark.parametrize("official", [False, True])
def test_imdb_as_a_table_or_as_its_authors_packed_it(official: bool, tmp_path: Path) -> None:
    reviews = {f"{label}{number}": label for number in range(40) for label in ("neg", "pos")}
    if official:
        for place in ("train", "test"):
            for text, label in reviews.items():
                lay(tmp_path, **{f"imdb__aclImdb__{place}__{label}__{text}_dot_txt": text})
        lay(tmp_path, imdb__aclImdb__train__unsup__0_dot_txt="never read")
    else:
        rows = "".join(f"{label}\t1\t9\t{text}\n" for text, label in reviews.items())
        lay(tmp_path, imdb__train_dot_tsv=f"label\tid\trating\ttext\n{rows}")
        lay(tmp_path, imdb__test_dot_tsv=f"label\tid\trating\ttext\n{rows}")
    found = {
        split: {p.text.decode(): p.label for p in part.pieces()} for split, part in resolve("imdb", tmp_path).items()
    }
    assert found["test"] == reviews == found["train"] | found["valid"]
    assert not found["train"].keys() & found["valid"].keys()
    assert 0 < len(found["valid"]) < 20


def test_20news_from_json_lines(tmp_path: Path) -> None:
    line = '{"label": "sci.space", "id": "1", "text": "From: a\\tSubject: b"}\n'
    lay(tmp_path, ng20__train_dot_jsonl=line, ng20__test_dot_jsonl=line)
    assert [(p.text, p.label) for p in pieces("20news", tmp_path, "test")] == [(b"From: a\tSubject: b", "sci.space")]


def test_20news_by_topic_has_the_splits_of_20news(tmp_path: Path) -> None:
    lines = [
        f'{{"label": "{label}", "id": "1", "text": "From: {label} {n}"}}\n'
        for label in ("sci.space", "rec.autos", "alt.atheism")
        for n in range(40)
    ]
    lay(tmp_path, ng20__train_dot_jsonl="".join(lines), ng20__test_dot_jsonl="".join(lines))
    for split in ("train", "valid", "test"):
        whole = [p.text for p in pieces("20news", tmp_path, split) if p.label != "sci.space"]
        topics = list(pieces("20news-topics", tmp_path, split))
        assert [p.text for p in topics] == whole
        assert {p.label for p in topics} == {"vehicles", "religion"}


def test_zhangs_tables_have_a_class_then_texts_with_backslashes(tmp_path: Path) -> None:
    row = '"3","A ""title""","one\\ntwo"\n'
    lay(tmp_path, ag_news__train_dot_csv=row, ag_news__test_dot_csv=row)
    assert [(p.text, p.label) for p in pieces("ag-news", tmp_path, "test")] == [(b'A "title"\none\ntwo', "3")]


def test_sentiment140_is_latin_1_without_names_and_links(tmp_path: Path) -> None:
    row = '"4","1","Mon","NO_QUERY","ann","@bob café http://t.co"\n'.encode("latin-1")
    lay(
        tmp_path,
        sentiment140__training_dot_1600000_dot_processed_dot_noemoticon_dot_csv=row,
        sentiment140__testdata_dot_manual_dot_2009_dot_06_dot_14_dot_csv=row,
    )
    assert [(p.text.decode(), p.label) for p in pieces("sentiment140", tmp_path, "test")] == [("@userid café url", "4")]


def test_tweets_are_labelled_by_their_file(tmp_path: Path) -> None:
    lay(tmp_path, tweets100k__positive_dot_txt="@ann yes\n" * 3, tweets100k__negative_dot_txt="@ann no\n")
    found = [(p.text, p.label) for part in resolve("tweets", tmp_path).values() for p in part.pieces()]
    assert sorted(found) == [(b"@userid no", "negative"), *[(b"@userid yes", "positive")] * 3]


def test_multi30k_reads_german_and_writes_english(tmp_path: Path) -> None:
    for part in ("train", "val", "test_2016_flickr", "test_2018_flickr"):
        lay(tmp_path, **{f"multi30k__{part}_dot_de_dot_gz": gzip.compress(b"Ein Hund.\n")})
        lay(tmp_path, **{f"multi30k__{part}_dot_en": "A dog.\n"})
    assert set(resolve("multi30k", tmp_path)) == {"train", "valid", "test", "test_2018_flickr"}
    assert [(p.other, p.text) for p in pieces("multi30k", tmp_path)] == [(b"Ein Hund.", b"A dog.")]


def test_tatoeba_parts_no_sentence_from_itself(tmp_path: Path) -> None:
    rows = "".join(f"Hi {n // 2}.\tHallo {n}!\tCC-BY\n" for n in range(200))
    lay(tmp_path, tatoeba_de_en__deu_dot_txt=rows)
    found = {split: [p.text for p in part.pieces()] for split, part in resolve("tatoeba-de-en", tmp_path).items()}
    assert sum(map(len, found.values())) == 200
    assert not set(found["train"]) & set(found["valid"] + found["test"])


def test_iwslt14_drops_mark_up_and_holds_out_every_23rd(tmp_path: Path) -> None:
    for language in ("de", "en"):
        at = f"iwslt14_de_en__de-en__{{}}_dot_de-en_dot_{language}"
        body = "".join(f"{language} {n}\n" for n in range(1, 47))
        lay(tmp_path, **{at.format("train_dot_tags"): f"<url>x</url>\n{body}"})
        for test in ("TED_dot_dev2010", "TEDX_dot_dev2012", "TED_dot_tst2010", "TED_dot_tst2011", "TED_dot_tst2012"):
            content = f'<mteval>\n<seg id="1"> {language} {test} </seg>\n</mteval>\n'
            lay(tmp_path, **{at.format(f"IWSLT14_dot_{test}") + "_dot_xml": content})
    assert [(p.other, p.text) for p in pieces("iwslt14-de-en", tmp_path, "valid")] == [
        (b"de 23", b"en 23"),
        (b"de 46", b"en 46"),
    ]
    assert len(pieces("iwslt14-de-en", tmp_path)) == 44
    assert len(pieces("iwslt14-de-en", tmp_path, "test")) == 5


def test_wikipedia_is_paragraphs_split_by_article(tmp_path: Path) -> None:
    articles = "".join(f"= T{n} =\nfirst of {n}\nsecond of {n}\n" for n in range(200))
    lay(tmp_path, wiki_zh__wiki_zh_dot_txt=articles)
    found = {split: [p.text for p in part.pieces()] for split, part in resolve("wikipedia-zh", tmp_path).items()}
    assert sum(map(len, found.values())) == 400
    articles_of = {split: {text.split()[-1] for text in texts} for split, texts in found.items()}
    assert not articles_of["train"] & (articles_of["valid"] | articles_of["test"])
    assert all(len(found[split]) == 2 * len(articles_of[split]) for split in found)
    stream = b"".join(p.text for p in pieces("wikipedia-zh", tmp_path, "test", "stream"))
    assert stream == b"".join(text + b"\n" for text in found["test"])


def test_news_keeps_an_articles_paragraphs_together(tmp_path: Path) -> None:
    lay(
        tmp_path,
        news_ar__saudinewsnet_50mb_dot_jsonl="".join(
            f'{{"title": "t", "content": "أول {n}\\nبعد {n}"}}\n' for n in range(100)
        ),
    )
    found = {split: [p.text for p in part.pieces()] for split, part in resolve("news-ar", tmp_path).items()}
    assert sum(map(len, found.values())) == 200
    assert all(len(texts) == 2 * len({text.split()[-1] for text in texts}) for texts in found.values())


def test_a_corpus_that_is_not_there_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"\(no text8/text8\): fetch it with: octavo data get text8"):
        resolve("text8", tmp_path)
    with pytest.raises(ValueError, match=r"yahoo-answers is not in the data root .*asks for an agreement: place"):
        resolve("yahoo-answers", tmp_path)
    lay(tmp_path, ptb__ptb_dot_train_dot_txt="a")
    with pytest.raises(ValueError, match=r"\(no ptb/ptb.valid.txt\)"):
        resolve("ptb", tmp_path)


def test_a_name_that_is_unknown_gets_the_nearest() -> None:
    with pytest.raises(ValueError, match=r"no corpus is called 'wikitext2': did you mean wikitext-2"):
        resolve("wikitext2")


def test_the_root_is_the_environments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay_ptb(tmp_path)
    monkeypatch.setenv("OCTAVO_DATA", str(tmp_path))
    assert next(resolve("ptb")["valid"].pieces()).text == b" a \n"


def test_a_mix_is_its_corpora_one_after_another_in_their_own_splits(tmp_path: Path) -> None:
    lay(tmp_path, wiki_en__wiki_en_dot_txt="= A =\na\nb\n", wiki_zh__wiki_zh_dot_txt="= Z =\nz\n")
    lay(tmp_path, news_ar__saudinewsnet_50mb_dot_jsonl='{"content": "n\\nm"}\n')
    mixed = [
        piece.text for split in ("train", "valid", "test") for piece in pieces("paragraphs-mixed", tmp_path, split)
    ]
    assert sorted(mixed) == [b"a", b"b", b"m", b"n", b"z"]
    own = [piece.text for name in MIXES["paragraphs-mixed"] for piece in pieces(name, tmp_path, "train")]
    assert [piece.text for piece in pieces("paragraphs-mixed", tmp_path, "train")] == own


def test_embedded_corpora_need_no_files(tmp_path: Path) -> None:
    for name in EMBEDDED:
        splits = resolve(name, tmp_path)
        assert all(next(iter(splits[split].pieces())).text for split in ("train", "valid", "test"))
    assert not any(piece.ends for piece in resolve("toys", unit="stream")["valid"].pieces())

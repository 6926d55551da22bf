import gc
import os
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest

from octavo.data import prepare as module
from octavo.data.batching import DocumentsConfig, PairsConfig
from octavo.data.cleaning import clean
from octavo.data.codecs import Bytes, CharactersConfig, WordsConfig
from octavo.data.files import FilesConfig
from octavo.data.prepare import Data, DataConfig, cache_folder, prepare, prepare_text

TEXT = "".join(f"line {number} of the text\n" for number in range(60))

DOCUMENTS: dict[str, Any] = {"files": FilesConfig(unit="lines"), "batching": DocumentsConfig()}


@pytest.fixture
def text(tmp_path: Path) -> str:
    path = tmp_path / "text.txt"
    path.write_text(TEXT)
    return str(path)


def stores(data: Data) -> list:
    return [store for store in (data.train, data.valid, data.test) if store]


def test_held_out_parts_make_up_the_text(text: str, tmp_path: Path) -> None:
    data = prepare(DataConfig(train=text, codec=CharactersConfig()), cache=tmp_path / "cache")
    assert b"".join(data.codec.decode(store.tokens) for store in stores(data)) == TEXT.encode()
    assert len(stores(data)) == 3


def test_the_codec_sees_train_alone(text: str, tmp_path: Path) -> None:
    codec = prepare(DataConfig(train=text, codec=WordsConfig(), test_share=0.2), cache=tmp_path / "cache").codec
    assert "40" in codec.to_json()["words"]
    assert "59" not in codec.to_json()["words"]


def test_own_sources_are_whole(text: str, tmp_path: Path) -> None:
    data = prepare(DataConfig(train=text, valid=text, test_share=0), cache=tmp_path / "cache")
    assert data.test is None
    assert data.valid is not None
    assert len(data.train.tokens) == len(data.valid.tokens) == len(TEXT)


def test_what_is_there_is_reused(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = DataConfig(train=text, codec=WordsConfig())
    first = prepare(config, cache=tmp_path / "cache")
    monkeypatch.delattr(module, "fit")
    monkeypatch.delattr(module, "write_store")
    again = prepare(config, cache=tmp_path / "cache")
    assert [store.folder for store in stores(again)] == [store.folder for store in stores(first)]
    assert again.codec.to_json() == first.codec.to_json()


def test_another_text_codec_or_reading_is_prepared_anew(text: str, tmp_path: Path) -> None:
    words, lines = DataConfig(train=text, codec=WordsConfig()), DataConfig(train=text, **DOCUMENTS)
    configs = [DataConfig(train=text), words, lines]
    folders = [prepare(config, cache=tmp_path / "cache").train.folder for config in configs]
    stamp = os.stat(text)
    Path(text).write_text(TEXT.replace("text", "TEXT"))
    os.utime(text, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    folders.append(prepare(configs[0], cache=tmp_path / "cache").train.folder)
    assert len(set(folders)) == len(folders)


def test_a_trained_codec_finds_what_training_left(text: str, tmp_path: Path) -> None:
    config = DataConfig(train=text, codec=WordsConfig())
    data = prepare(config, cache=tmp_path / "cache")
    again = prepare(config, codec=data.codec, cache=tmp_path / "cache")
    assert [store.folder for store in stores(again)] == [store.folder for store in stores(data)]


def test_a_trained_codec_reads_another_text(text: str, tmp_path: Path) -> None:
    codec = prepare(DataConfig(train=text, codec=WordsConfig()), cache=tmp_path / "cache").codec
    other = tmp_path / "other.txt"
    other.write_text("the zebra of the text\n")
    store = prepare_text(str(other), FilesConfig(), codec, cache=tmp_path / "cache")
    assert codec.decode(store.tokens) == b"the <unk> of the text\n"


def test_labels_are_trains(tmp_path: Path) -> None:
    train, valid = tmp_path / "train.csv", tmp_path / "valid.csv"
    train.write_text("label,text\nb,x\na,y\n")
    valid.write_text("label,text\nc,z\nb,x\n")
    files = FilesConfig(unit="documents", label="label")
    config = DataConfig(train=str(train), valid=str(valid), test_share=0, files=files, batching=DocumentsConfig())
    data = prepare(config, cache=tmp_path / "cache")
    assert data.valid is not None
    assert data.valid.labels is not None
    assert data.valid.label_names == data.train.label_names == ("a", "b")
    assert data.valid.labels.tolist() == [1]


def test_blank_labels_of_validation_are_none(tmp_path: Path) -> None:
    train, valid = tmp_path / "train.csv", tmp_path / "valid.csv"
    train.write_text("label,text\nb,x\na,y\n,z\n")
    valid.write_text("label,text\n,z\n,x\n")
    files = FilesConfig(unit="documents", label="label")
    config = DataConfig(train=str(train), valid=str(valid), test_share=0, files=files, batching=DocumentsConfig())
    data = prepare(config, cache=tmp_path / "cache")
    assert data.train.label_names == ("a", "b")
    assert data.valid is not None
    assert (len(data.valid), data.valid.labels, data.valid.skipped) == (2, None, {})


def test_pairs_are_prepared_from_two_files(tmp_path: Path) -> None:
    german, english = tmp_path / "de", tmp_path / "en"
    german.write_text("eins\nzwei\ndrei\n")
    english.write_text("one\ntwo\nthree\n")
    files = FilesConfig(unit="lines")
    config = DataConfig(train=f"{german}::{english}", test_share=0, files=files, batching=PairsConfig())
    data = prepare(config, cache=tmp_path / "cache")
    assert data.train.other is not None
    assert data.codec.decode(data.train.document(1)) == b"two"
    assert data.codec.decode(data.train.other.document(1)) == b"zwei"


def test_the_standard_input_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(TEXT.encode())))
    data = prepare(DataConfig(train="-", codec=CharactersConfig()), cache=tmp_path / "cache")
    assert b"".join(data.codec.decode(store.tokens) for store in stores(data)) == TEXT.encode()
    gc.collect()
    assert [path.name for path in tmp_path.iterdir()] == ["cache"]


def test_progress_hears_of_fitting_and_of_encoding(text: str, tmp_path: Path) -> None:
    heard: list[int] = []
    config = DataConfig(train=text, codec=WordsConfig(), valid_share=0, test_share=0)
    prepare(config, cache=tmp_path / "cache", on_bytes=heard.append)
    assert sum(heard) == 2 * len(TEXT)


def test_mistakes_are_told(text: str, tmp_path: Path) -> None:
    empty = tmp_path / "empty.txt"
    empty.touch()
    mistakes = {
        r"empty\.txt \(the train part, holding out 5\.0% for valid and 5\.0% for test\): there is no text": DataConfig(
            train=str(empty)
        ),
        r"missing\.txt": DataConfig(train=str(tmp_path / "missing.txt")),
        r"batches of documents need files\.unit": DataConfig(train=text, batching=DocumentsConfig()),
        "leave nothing to train on": DataConfig(train=text, valid_share=0.5, test_share=0.5),
    }
    for message, config in mistakes.items():
        with pytest.raises(ValueError, match=message):
            prepare(config, cache=tmp_path / "cache")


def test_a_codec_for_documents_does_not_fit_a_stream(text: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"is a stream, but the codec was made for documents"):
        prepare(DataConfig(train=text), codec=Bytes(documents=True), cache=tmp_path / "cache")


def test_the_cache_goes_where_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OCTAVO_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    assert cache_folder() == Path.home() / ".cache" / "octavo"
    monkeypatch.setenv("XDG_CACHE_HOME", "/xdg")
    assert cache_folder() == Path("/xdg/octavo")
    monkeypatch.setenv("OCTAVO_CACHE", "/own")
    assert cache_folder() == Path("/own")


def test_a_corpus_by_name_brings_its_own_splits(tmp_path: Path) -> None:
    data = prepare(DataConfig(train="manual"), cache=tmp_path)
    assert data.valid is not None
    assert data.test is not None
    assert len(data.train.tokens) > 5 * len(data.valid.tokens) > 5 * 1000


def test_a_corpus_by_name_gives_documents_where_batches_are_of_documents(tmp_path: Path) -> None:
    config = DataConfig(train="toys", batching=DocumentsConfig())
    data = prepare(config, cache=tmp_path)
    assert data.codec.alphabet.end == 256
    assert len(data.train.label_names) > 1


def test_what_is_cleaned_of_a_named_corpus_is_cleaned_of_every_split(tmp_path: Path) -> None:
    plain = DataConfig(train="toys", batching=DocumentsConfig())
    config = DataConfig(train="toys", files=FilesConfig(clean=("punctuation",)), batching=DocumentsConfig())
    data, raw = prepare(config, cache=tmp_path), prepare(plain, cache=tmp_path)
    for store, other in zip(stores(data), stores(raw), strict=True):
        assert data.codec.decode(store.document(0)) == clean(raw.codec.decode(other.document(0)), ["punctuation"])
        assert len(store.tokens) > len(other.tokens)

import threading
from pathlib import Path

import numpy as np
import pytest

from octavo.data.codecs import Bytes, Characters, Codec, Words
from octavo.data.pieces import Piece
from octavo.data.store import Store, write_store

DOCUMENTS = Bytes(documents=True)


def documents(*texts: bytes) -> list[Piece]:
    return [Piece(text, True) for text in texts]


def test_documents_end_and_are_found(tmp_path: Path) -> None:
    store = write_store(tmp_path / "s", documents(b"ab", b"c"), DOCUMENTS)
    assert store.tokens.tolist() == [97, 98, 256, 99, 256]
    assert [store.document(number).tolist() for number in range(len(store))] == [[97, 98, 256], [99, 256]]
    assert store.bytes == 3
    assert store.labels is None
    assert store.other is None


def test_a_document_in_several_pieces_ends_once(tmp_path: Path) -> None:
    pieces = [Piece(b"ab", False), Piece(b"", False), Piece(b"c", True), Piece(b"d", True)]
    store = write_store(tmp_path / "s", pieces, DOCUMENTS)
    assert store.document(0).tolist() == [97, 98, 99, 256]
    assert store.document(1).tolist() == [100, 256]


def test_a_stream_is_its_files_joined(tmp_path: Path) -> None:
    pieces = [Piece(b"ab", False, path="1"), Piece(b"c", False, path="1"), Piece(b"d", False, path="2")]
    store = write_store(tmp_path / "s", pieces, Bytes())
    assert store.tokens.tobytes() == b"abcd"
    assert store.offsets.tolist() == [0, 3, 4]


def test_the_last_line_of_each_file_is_closed_once(tmp_path: Path) -> None:
    pieces = [Piece(b"a ", False, path="1"), Piece(b"a", False, path="1"), Piece(b"a\n", False, path="2")]
    store = write_store(tmp_path / "s", pieces, Words(["a"]))
    assert store.tokens.tolist() == [2, 2, 1, 2, 1]


@pytest.mark.parametrize(
    ("codec", "dtype"), [(Bytes(), np.uint8), (DOCUMENTS, np.uint16), (Words(map(str, range(70_000))), np.uint32)]
)
def test_ids_take_the_smallest_type(codec: Codec, dtype: type, tmp_path: Path) -> None:
    assert write_store(tmp_path / "s", documents(b"1"), codec).tokens.dtype == dtype


def test_bytes_count_the_text_that_is_used(tmp_path: Path) -> None:
    store = write_store(tmp_path / "s", documents("ä".encode(), b"  ", b"a"), Words(["a"], documents=True))
    assert store.bytes == len("ä".encode()) + 1
    assert store.skipped == {"empty": 1}


def test_labels_are_numbered_in_order_and_may_be_missing(tmp_path: Path) -> None:
    pieces = [Piece(b"x", True, label) for label in ("10", "9", None, "10")]
    store = write_store(tmp_path / "s", pieces, DOCUMENTS)
    assert store.label_names == ("9", "10")
    assert store.labels is not None
    assert store.labels.tolist() == [1, 0, -1, 1]


def test_given_labels_keep_their_numbers_and_others_are_skipped(tmp_path: Path) -> None:
    pieces = [Piece(b"x", True, label) for label in ("good", "so-so", "bad")]
    store = write_store(tmp_path / "s", pieces, DOCUMENTS, label_names=["good", "bad", "ugly"])
    assert store.label_names == ("good", "bad", "ugly")
    assert store.labels is not None
    assert store.labels.tolist() == [0, 1]
    assert store.skipped == {"label not seen in training": 1}


def test_pairs_keep_both_sides_or_neither(tmp_path: Path) -> None:
    pieces = [Piece(b"a", True, other=b"xy"), Piece(b"b", True, other=b""), Piece(b"", True, other=b"z")]
    store = write_store(tmp_path / "s", [*pieces, Piece(b"c", True, other=b"w")], DOCUMENTS, pairs=True)
    assert store.other is not None
    assert store.tokens.tolist() == [97, 256, 99, 256]
    assert store.other.tokens.tolist() == [120, 121, 256, 119, 256]
    assert store.other.bytes == 3
    assert store.skipped == {"nothing on the other side": 1, "empty": 1}


@pytest.mark.parametrize("texts", [[], [b""], [b"", b""]])
def test_no_text_at_all_is_an_error_that_names_the_source(texts: list[bytes], tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"^corpus\.txt: there is no text"):
        write_store(tmp_path / "s", documents(*texts), DOCUMENTS, source="corpus.txt")
    assert list(tmp_path.iterdir()) == []


def test_a_huge_line_is_a_document_like_any_other(tmp_path: Path) -> None:
    line = b"x" * 3_000_000
    store = write_store(tmp_path / "s", documents(line, b"y"), Characters("xy", documents=True))
    assert np.diff(store.offsets).tolist() == [len(line) + 1, 2]


def test_progress_hears_of_every_byte(tmp_path: Path) -> None:
    heard: list[int] = []
    write_store(tmp_path / "s", documents(b"ab", b"", b"cde"), DOCUMENTS, on_bytes=heard.append)
    assert sum(heard) == 5


def test_a_failure_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not UTF-8"):
        write_store(tmp_path / "s", documents(b"a", b"\xff"), Characters("a", documents=True))
    assert list(tmp_path.iterdir()) == []


def test_two_that_prepare_at_once_both_end_well(tmp_path: Path) -> None:
    together = threading.Barrier(2)
    stores: list[Store] = []

    def prepare() -> None:
        def pieces():
            yield Piece(b"ab", False)
            together.wait(timeout=10)
            yield Piece(b"c", True)

        stores.append(write_store(tmp_path / "s", pieces(), DOCUMENTS))

    threads = [threading.Thread(target=prepare) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert [store.tokens.tolist() for store in stores] == [[97, 98, 99, 256]] * 2
    assert [path.name for path in tmp_path.iterdir()] == ["s"]


def test_a_damaged_store_says_what_to_do(tmp_path: Path) -> None:
    write_store(tmp_path / "s", documents(b"ab"), DOCUMENTS)
    (tmp_path / "s" / "tokens.bin").write_bytes(b"x")
    with pytest.raises(ValueError, match=r"1 bytes instead of 6: remove"):
        Store(tmp_path / "s")
    with pytest.raises(ValueError, match=r"no store\.json"):
        Store(tmp_path)

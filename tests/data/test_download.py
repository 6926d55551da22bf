"""Downloads, from a server of the test's own on this machine."""

import gzip
import hashlib
import io
import json
import logging
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from octavo.data import download as module
from octavo.data.corpora import find as find_corpus
from octavo.data.corpus import Address
from octavo.data.download import download, fetch

CONTENT = bytes(range(256)) * 2_000


class Handler(BaseHTTPRequestHandler):
    """Serves CONTENT, in parts if asked, and hangs up after `cut` bytes."""

    files: ClassVar[dict[str, bytes]] = {}
    version: ClassVar[str] = '"1"'
    cut: ClassVar[int | None] = None
    ranges: ClassVar[list[str | None]] = []

    def do_GET(self) -> None:
        content, asked = self.files.get(self.path), self.headers.get("Range")
        self.ranges.append(asked)
        if content is None:
            self.send_error(404)
            return
        begin = int(asked.removeprefix("bytes=").removesuffix("-")) if asked else 0
        if self.headers.get("If-Range") != self.version:
            begin = 0
        self.send_response(206 if begin else 200)
        if begin:
            self.send_header("Content-Range", f"bytes {begin}-{len(content) - 1}/{len(content)}")
        self.send_header("Content-Length", str(len(content) - begin))
        self.send_header("ETag", self.version)
        self.end_headers()
        self.wfile.write(content[begin : self.cut])

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    Handler.files, Handler.version, Handler.cut, Handler.ranges = {"/a.bin": CONTENT}, '"1"', None, []
    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{running.server_port}"
    running.shutdown()
    thread.join()
    running.server_close()


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def left_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_arrives_whole_and_progress_is_told(server: str, tmp_path: Path) -> None:
    heard: list[object] = []
    path = fetch(Address(f"{server}/a.bin", sha256(CONTENT)), tmp_path, lambda *told: heard.append(told))
    assert path.read_bytes() == CONTENT
    assert heard[-1] == ("a.bin", len(CONTENT), len(CONTENT))
    assert left_in(tmp_path) == ["a.bin", "checksums.json"]


def test_a_download_goes_on_where_it_was_cut_off(server: str, tmp_path: Path) -> None:
    Handler.cut = 300_000
    address = Address(f"{server}/a.bin", sha256(CONTENT))
    with pytest.raises(RuntimeError, match="cut off after 300000 of 512000 bytes; run it again to go on"):
        fetch(address, tmp_path)
    assert not (tmp_path / "a.bin").exists()
    Handler.cut = None
    assert fetch(address, tmp_path).read_bytes() == CONTENT
    assert Handler.ranges == [None, "bytes=300000-"]


def test_a_file_that_changed_meanwhile_is_fetched_anew(server: str, tmp_path: Path) -> None:
    Handler.cut = 300_000
    with pytest.raises(RuntimeError, match="cut off"):
        fetch(Address(f"{server}/a.bin"), tmp_path)
    Handler.cut, Handler.version, Handler.files = None, '"2"', {"/a.bin": CONTENT[::-1]}
    assert fetch(Address(f"{server}/a.bin"), tmp_path).read_bytes() == CONTENT[::-1]


def test_a_wrong_checksum_is_refused_by_name_and_nothing_stays(server: str, tmp_path: Path) -> None:
    wrong = sha256(b"another file")
    with pytest.raises(
        RuntimeError, match=f"a.bin: refused, for its sha256 is {sha256(CONTENT)}, but {wrong} is known"
    ):
        fetch(Address(f"{server}/a.bin", wrong), tmp_path)
    assert left_in(tmp_path) == []


def test_an_unknown_checksum_is_said_recorded_and_asked_again(
    server: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        fetch(Address(f"{server}/a.bin"), tmp_path)
    assert f"trusted and recorded: sha256 {sha256(CONTENT)}" in caplog.text
    assert json.loads((tmp_path / "checksums.json").read_text()) == {"a.bin": sha256(CONTENT)}
    Handler.files = {"/a.bin": b"something else"}
    with pytest.raises(RuntimeError, match=r"a.bin: refused, .* is recorded in .*checksums.json at the first download"):
        fetch(Address(f"{server}/a.bin"), tmp_path)
    assert (tmp_path / "a.bin").read_bytes() == CONTENT


def test_a_mirror_stands_in(server: str, tmp_path: Path) -> None:
    address = Address(f"{server}/gone/a.bin", sha256(CONTENT), (f"{server}/a.bin",))
    assert fetch(address, tmp_path).read_bytes() == CONTENT


def test_every_place_that_failed_is_named(server: str, tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match=r"x.bin could not be fetched: .*/x.bin: HTTP Error 404.*; .*/y/x.bin: HTTP"):
        fetch(Address(f"{server}/x.bin", None, (f"{server}/y/x.bin",)), tmp_path)


def test_an_archive_is_unpacked_and_goes(server: str, tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("inner/a.txt", "text")
    zipped = gzip.compress(b"text")  # once, for it holds the time
    Handler.files = {"/a.zip": packed.getvalue(), "/b.txt.gz": zipped}
    fetch(Address(f"{server}/a.zip", sha256(packed.getvalue())), tmp_path)
    fetch(Address(f"{server}/b.txt.gz", sha256(zipped)), tmp_path)
    assert (tmp_path / "inner" / "a.txt").read_text() == "text"
    assert left_in(tmp_path) == ["b.txt.gz", "checksums.json", "inner"]


def test_a_corpus_is_fetched_into_its_folder(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    addresses = (Address(f"{server}/a.bin", sha256(CONTENT)),)
    monkeypatch.setattr(module, "find", lambda name: replace(find_corpus(name), addresses=addresses))
    assert download("ptb-char", tmp_path) == tmp_path / "ptb"
    assert (tmp_path / "ptb" / "a.bin").exists()


def test_a_corpus_without_an_address_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="iwslt16-de-en cannot be fetched: WIT3 gives its archives only by a click"):
        download("iwslt16-de-en", tmp_path)
    with pytest.raises(ValueError, match="no corpus is called 'ptbb': did you mean ptb"):
        download("ptbb", tmp_path)

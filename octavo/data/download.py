"""Fetch public corpora: resumed where it was cut off, verified before use."""

import contextlib
import hashlib
import json
import logging
import os
import urllib.error
import urllib.request
from collections.abc import Callable
from http.client import HTTPException, HTTPResponse
from pathlib import Path

from octavo.data.corpora import find
from octavo.data.corpus import Address
from octavo.data.folders import data_root
from octavo.data.unpack import is_archive, unpack

Progress = Callable[[str, int, int | None], object]  # the file's name, bytes here, bytes in all if that is known

BLOCK = 1 << 18
TIMEOUT = 60  # seconds without a byte
# Some hosts of corpora turn Python's own name away.
HEADERS = {"User-Agent": "Mozilla/5.0 (compatible; octavo)"}
NOTHING_BEYOND = 416  # the answer where a part is as long as the file: the next attempt begins anew
CHECKSUMS = "checksums.json"

log = logging.getLogger(__name__)


def download(name: str, root: str | Path | None = None, progress: Progress = lambda name, done, total: None) -> Path:
    """Bring a named corpus to its folder under the data root, and return that folder."""
    corpus = find(name)
    if not corpus.addresses:
        raise ValueError(f"{name} cannot be fetched: {corpus.by_hand} (see {corpus.page})")
    folder = data_root(root) / corpus.folder
    for address in corpus.addresses:
        fetch(address, folder, progress)
    return folder


def fetch(address: Address, folder: Path, progress: Progress = lambda name, done, total: None) -> Path:
    """Bring one file to the folder, verified, and unpack it there if it is an archive."""
    folder.mkdir(parents=True, exist_ok=True)
    target, part = folder / address.name, folder / f"{address.name}.part"
    _get(address, part, progress)
    _verify(address, part, folder)
    os.replace(part, target)
    if is_archive(target):
        unpack(target, folder)
        target.unlink()
    return target


def _get(address: Address, part: Path, progress: Progress) -> None:
    """Get the file from the first of its places that gives it."""
    failures = []
    for url in (address.url, *address.mirrors):
        try:
            return _get_from(url, part, lambda done, total: progress(address.name, done, total))
        except (urllib.error.URLError, HTTPException, OSError) as error:
            failures.append(f"{url}: {error}")
            if isinstance(error, urllib.error.HTTPError) and error.code == NOTHING_BEYOND:
                _version_of(part).unlink(missing_ok=True)
    raise RuntimeError(f"{address.name} could not be fetched: {'; '.join(failures)}; run it again to go on")


def _get_from(url: str, part: Path, progress: Callable[[int, int | None], object]) -> None:
    """Go on where the last attempt stopped, if the file is still the same one."""
    version = _version_of(part)
    done = part.stat().st_size if part.exists() and version.exists() else 0
    asked = {"Range": f"bytes={done}-", "If-Range": version.read_text()} if done else {}
    with _open(url, HEADERS | asked) as response:
        # Status 206 is a part of the file, and 200 all of it.
        resumed = response.status == 206 and response.headers.get("Content-Range", "").startswith(f"bytes {done}-")
        done = done if resumed else 0
        length = response.headers.get("Content-Length")
        total = done + int(length) if length else None
        _note_version(response, version)
        with part.open("ab" if resumed else "wb") as file:
            while block := response.read(BLOCK):
                file.write(block)
                done += len(block)
                progress(done, total)
    if total is not None and done < total:
        raise OSError(f"cut off after {done} of {total} bytes")
    version.unlink(missing_ok=True)


def _version_of(part: Path) -> Path:
    return part.with_name(f"{part.name}.version")


def _open(url: str, headers: dict[str, str]) -> HTTPResponse:
    return urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=TIMEOUT)


def _note_version(response: HTTPResponse, path: Path) -> None:
    """What tells this version of the file from another; without it, a cut is not resumed."""
    tag = response.headers.get("ETag", "")
    tag = tag if tag and not tag.startswith("W/") else response.headers.get("Last-Modified", "")
    with contextlib.suppress(FileNotFoundError):
        path.unlink()
    if tag:
        path.write_text(tag)


def _verify(address: Address, part: Path, folder: Path) -> None:
    """Refuse what has another checksum than the known one, or than the one recorded at the first download."""
    with part.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    record = folder / CHECKSUMS
    recorded = json.loads(record.read_text()) if record.exists() else {}
    expected = address.sha256 or recorded.get(address.name)
    if expected is None:
        log.warning("%s: its checksum is not known beforehand; trusted and recorded: sha256 %s", address.name, found)
    elif found != expected:
        part.unlink()
        whose = "known" if address.sha256 else f"recorded in {record} at the first download"
        raise RuntimeError(f"{address.name}: refused, for its sha256 is {found}, but {expected} is {whose}")
    record.write_text(json.dumps(recorded | {address.name: found}, indent=2) + "\n")

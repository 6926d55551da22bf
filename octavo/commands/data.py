"""`octavo data`: list named corpora, get one, or prepare one."""

import argparse
from typing import Any

from pydantic import TypeAdapter

from octavo.commands.output import print_facts, print_rows
from octavo.data import corpora
from octavo.data.catalogue import CATALOGUE
from octavo.data.codecs import CodecConfig
from octavo.data.corpus import Corpus
from octavo.data.download import download
from octavo.data.files import FilesConfig
from octavo.data.prepare import DataConfig, prepare
from octavo.data.progress import bytes_bar, file_bars
from octavo.data.store import Store


def data(options: argparse.Namespace) -> None:
    """One of the three."""
    if options.action == "list":
        _list(options)
        return
    if options.name is None:
        raise ValueError(f"octavo data {options.action} needs a name: octavo data list shows them")
    {"get": _get, "prepare": _prepare}[options.action](options)


def _list(options: argparse.Namespace) -> None:
    rows = [
        *({"name": name, "about": one.about, "licence": one.licence} for name, one in corpora.EMBEDDED.items()),
        *(_listed(corpus) for corpus in CATALOGUE.values()),
        *({"name": name, "about": " + ".join(mix), "licence": "as theirs"} for name, mix in corpora.MIXES.items()),
    ]
    if options.json:
        print_rows(rows, True)
        return
    for row in rows:
        print(f"{row['name']:<16}  {row['about']}  [{row['licence']}]")


def _listed(corpus: Corpus) -> dict[str, Any]:
    return {
        "name": corpus.name,
        "about": corpus.about,
        "licence": corpus.licence,
        "splits": corpus.split,
        "page": corpus.page,
        "addresses": [address.url for address in corpus.addresses],
        "by_hand": corpus.by_hand,
    }


def _get(options: argparse.Namespace) -> None:
    with file_bars() as bars:
        tasks: dict[str, Any] = {}

        def show(name: str, done: int, total: int | None) -> None:
            if name not in tasks:
                tasks[name] = bars.add_task(name, total=total)
            bars.update(tasks[name], completed=done, total=total)

        folder = download(options.name, progress=show)
    print(folder)


def _prepare(options: argparse.Namespace) -> None:
    """Encode a corpus or file once, so that training starts at once."""
    codec = TypeAdapter(CodecConfig).validate_python(_codec(options))
    files = FilesConfig(unit=options.unit or "stream", text=options.text_column)
    config = DataConfig(train=options.name, files=files, codec=codec)
    with bytes_bar(f"preparing {options.name}") as on_bytes:
        prepared = prepare(config, on_bytes=on_bytes)
    splits = {name: getattr(prepared, name) for name in ("train", "valid", "test")}
    for name, store in splits.items():
        if store is not None:
            print_facts({"split": name, **_facts(store)}, options.json)


def _codec(options: argparse.Namespace) -> dict[str, str]:
    if options.errors and options.codec == "bytes":
        raise ValueError("--errors is for characters and words: bytes keep whatever there is")
    return {"kind": options.codec} | ({"errors": options.errors} if options.errors else {})


def _facts(store: Store) -> dict[str, Any]:
    return {
        "tokens": len(store.tokens),
        "texts": len(store),
        "bytes": store.bytes,
        "skipped": dict(store.skipped),
        "folder": str(store.folder),
    }

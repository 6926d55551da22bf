"""What several folders of tests share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from octavo.cli import main
from tests.nursery import Nursery

TEXT = "".join(f"{n} times {n} is {n * n}, to be or not to be\n" for n in range(120))


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """Where processes start at once: it costs two seconds when it is first asked for."""
    opened = Nursery.open()
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def language_model_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a tiny run of lstm-bytes, to be left as it is."""
    return _trained(tmp_path_factory.mktemp("language-model"), "lstm-bytes")


@pytest.fixture(scope="session")
def autoencoder_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a tiny run of lstm-autoencoder on lines, to be left as it is."""
    return _trained(tmp_path_factory.mktemp("autoencoder"), "lstm-autoencoder", "--data.files.unit", "lines")


def _trained(folder: Path, recipe: str, *more: str) -> Path:
    (folder / "text.txt").write_text(TEXT)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OCTAVO_CACHE", str(folder / "cache"))
        where = ["--data", str(folder / "text.txt"), "--out", str(folder / "run"), "--device", "cpu"]
        assert main(["train", recipe, "--tiny", *where, *more]) == 0
    return folder / "run"

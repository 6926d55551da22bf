"""What several folders of tests share."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from octavo.cli import main
from octavo.experiment import Machine, train
from octavo.recipe import override, tiny
from octavo.recipes import recipe
from tests.nursery import Nursery
from tests.table import on_table, write_pairs, write_table

TEXT = "".join(f"{n} times {n} is {n * n}, to be or not to be\n" for n in range(120))
SMALL = {"width": 48, "embedding": 16, "layers": 2}


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


@pytest.fixture(scope="session")
def vae_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a tiny run of lstm-vae on lines, to be left as it is."""
    return _trained(tmp_path_factory.mktemp("vae"), "lstm-vae", "--data.files.unit", "lines")


@pytest.fixture(scope="session")
def one_shot_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a tiny recursive autoencoder of lines, which writes all positions at once, to be left as it is."""
    parts = [word for side in ("reader", "writer") for word in (f"--model.{side}.kind", "recursive")]
    return _trained(tmp_path_factory.mktemp("one-shot"), "lstm-autoencoder", "--data.files.unit", "lines", *parts)


@pytest.fixture(scope="session")
def one_shot_vae_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a tiny recursive-vae of lines, to be left as it is."""
    return _trained(tmp_path_factory.mktemp("one-shot-vae"), "recursive-vae", "--data.batching.longest", "64")


@pytest.fixture(scope="session")
def translator_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a small qrnn-multi30k on toy sentences, trained for seconds, to be left as it is."""
    folder = tmp_path_factory.mktemp("translator")
    sides = {f"model.{side}.{name}": value for side in ("reader", "writer") for name, value in SMALL.items()}
    training = {"training.steps": 150, "training.epochs": None, "training.optimizer.rate": 0.01}
    small = override(on_table(recipe("qrnn-multi30k"), write_pairs(folder)), {**sides, **training})
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OCTAVO_CACHE", str(folder / "cache"))
        train(small, folder / "run", Machine(device="cpu", precision="fp32"), say=lambda line: None)
    return folder / "run"


@pytest.fixture(scope="session")
def classifier_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a tiny qrnn-imdb that tells long texts from short ones, to be left as it is."""
    folder = tmp_path_factory.mktemp("classifier")
    training = {"training.steps": 60, "training.optimizer.rate": 0.01}
    small = override(on_table(tiny(recipe("qrnn-imdb")), write_table(folder)), training)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OCTAVO_CACHE", str(folder / "cache"))
        train(small, folder / "run", Machine(device="cpu", precision="fp32"), say=lambda line: None)
    return folder / "run"


@pytest.fixture(scope="session")
def labelled_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a tiny scnn-vae-semi-20news of long and short texts, to be left as it is."""
    return _on_table(tmp_path_factory.mktemp("labelled"), "scnn-vae-semi-20news")


@pytest.fixture(scope="session")
def clustering_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a tiny scnn-clusters-20news of long and short texts, to be left as it is."""
    return _on_table(tmp_path_factory.mktemp("clusters"), "scnn-clusters-20news")


def _on_table(folder: Path, name: str) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OCTAVO_CACHE", str(folder / "cache"))
        small = on_table(tiny(recipe(name)), write_table(folder))
        train(small, folder / "run", Machine(device="cpu", precision="fp32"), say=lambda line: None)
    return folder / "run"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language_model_run: Path, autoencoder_run: Path) -> None:
    """A folder with a text, a run of each kind and some things that are neither."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    shutil.copy(language_model_run.parent / "text.txt", "text.txt")
    Path("run").symlink_to(language_model_run)
    Path("vectors").symlink_to(autoencoder_run)
    Path("empty.txt").touch()
    Path("no-run").mkdir()
    Path("latin.txt").write_bytes("café\n".encode("latin-1") * 100)
    Path("text.tsv").write_text("review\tstars\nto be\t5\nor not\t1\n")
    Path("typo.toml").write_text("[training]\nstepz = 3\n")
    Path("broken.toml").write_text("steps = = 3\n")


def _trained(folder: Path, recipe: str, *more: str) -> Path:
    (folder / "text.txt").write_text(TEXT)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OCTAVO_CACHE", str(folder / "cache"))
        where = ["--data", str(folder / "text.txt"), "--out", str(folder / "run"), "--device", "cpu"]
        assert main(["train", recipe, "--tiny", *where, *more]) == 0
    return folder / "run"

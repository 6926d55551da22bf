"""A reader begins where another run's ended."""

import dataclasses
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest
import torch

from octavo.experiment import Machine, train
from octavo.readers import ReaderConfig, build_reader
from octavo.recipe import Recipe, override, tiny
from octavo.recipes import recipe
from octavo.runs import stored_about, stored_weights
from octavo.starting import MEANINGS
from tests.asked import ASKED_READERS
from tests.batches import DOCUMENTS, batch_of
from tests.table import on_table, write_table

CPU = Machine(device="cpu", precision="fp32")


def small(name: str, folder: Path, **changes: Any) -> Recipe:
    table = folder / "texts.tsv" if (folder / "texts.tsv").exists() else write_table(folder)
    return override(
        on_table(tiny(recipe(name)), table), {"training.steps": 1, "training.optimizer.rate": 1e-9, **changes}
    )


def begun_from(
    folder: Path, first: Recipe, second: Recipe
) -> tuple[dict[str, torch.Tensor], dict[str, torch.Tensor], str]:
    """The weights of a run, those of one that began with its reader and hardly moved, and what was said."""
    said: list[str] = []
    train(first, folder / "first", CPU, say=said.append)
    train(second, folder / "second", CPU, reader_of=folder / "first", say=said.append)
    [line] = [line for line in said if line.startswith("reader: ")]
    return stored_weights(folder / "first"), stored_weights(folder / "second"), line


def near(one: torch.Tensor, other: torch.Tensor) -> bool:
    return torch.allclose(one, other, atol=1e-6)


def test_a_vae_begins_with_an_autoencoders_reader_and_gaussian_and_another_writer(tmp_path: Path) -> None:
    first, second = (small(name, tmp_path) for name in ("lstm-vae-ptb-autoencoder", "lstm-vae-ptb"))
    theirs, own, said = begun_from(tmp_path, first, override(second, {"training.seed": 2}))
    for name, weight in own.items():
        assert near(weight, theirs[name]) == (not name.startswith("writer."))
    assert "at random" not in said
    [change] = stored_about(tmp_path / "second").changes
    assert (change["after"], change["recipe"]) == ("first", "lstm-vae-ptb-autoencoder")


def test_a_reader_begins_with_a_language_models_writer(tmp_path: Path) -> None:
    first, second = (small(name, tmp_path) for name in ("lstm-lm-ptb-sentences", "lstm-vae-ptb"))
    theirs, own, said = begun_from(tmp_path, first, override(second, {"training.seed": 2}))
    readers = [name for name in own if name.startswith("reader.")]
    assert readers
    assert all(near(own[name], theirs[f"writer.{name.removeprefix('reader.')}"]) for name in readers)
    assert said.endswith("at random head.output.weight, head.output.bias")


def test_a_run_that_is_none_is_told_before_the_data_is_prepared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("octavo.experiment.prepare", None)
    with pytest.raises(ValueError, match=r"no run .*nowhere"):
        train(small("lstm-vae-ptb", tmp_path), tmp_path / "run", CPU, reader_of=tmp_path / "nowhere")


def test_what_does_not_fit_is_said(tmp_path: Path) -> None:
    first, second = (small(name, tmp_path) for name in ("lstm-lm-ptb-sentences", "lstm-vae-ptb"))
    wider = override(second, {"model.reader.width": 24, "model.reader.embedding": 24})
    with pytest.raises(
        ValueError, match=r"reader\.embedding\.weight is \[\d+, 24\] here and \[\d+, 16\] there: set .*width 16"
    ):
        begun_from(tmp_path, first, wider)
    with pytest.raises(ValueError, match="another codec"):
        train(small("lstm-vae", tmp_path), tmp_path / "third", CPU, reader_of=tmp_path / "first", say=lambda line: None)


def test_a_reader_of_which_the_embedding_alone_fits_is_refused(tmp_path: Path) -> None:
    first, second = (small(name, tmp_path) for name in ("lstm-lm-ptb-sentences", "lstm-vae-ptb"))
    wider = override(second, {"model.reader.width": 24})
    with pytest.raises(
        ValueError, match=r"reader\.stack\S+ is \[96, .*\] here and \[64, .*: set model\.reader\.width 16, or"
    ):
        begun_from(tmp_path, first, wider)
    assert not (tmp_path / "second" / "recipe.toml").exists()


def test_a_model_without_a_reader_is_told_so(tmp_path: Path) -> None:
    first = small("lstm-lm-ptb-sentences", tmp_path)
    with pytest.raises(ValueError, match="a language_model has no reader to begin: leave the option out"):
        begun_from(tmp_path, first, first)


def test_a_writer_of_another_kind_is_no_reader(tmp_path: Path) -> None:
    changes = {"data.codec.limit": 50}
    first, second = (small(name, tmp_path, **changes) for name in ("scnn-lm-ptb", "scnn-vae-ptb"))
    with pytest.raises(
        ValueError, match=r"and not there: the reader is of kind lstm, that run's of kind dilated: name"
    ):
        begun_from(tmp_path, first, second)


def test_a_gaussian_that_fits_in_part_starts_at_random_as_a_whole(tmp_path: Path) -> None:
    changes = {"data.codec.limit": 50, "model.hidden": 8, "training.seed": 2}
    first = small("scnn-vae-ptb", tmp_path, **changes)
    second = override(first, {"model.latent": 6, "training.seed": 3})
    theirs, own, said = begun_from(tmp_path, first, second)
    assert not near(own["head.hidden.0.weight"], theirs["head.hidden.0.weight"])
    assert "at random head.hidden.0.weight" in said


@pytest.mark.parametrize("of", ["reader", "writer"])
def test_a_reader_that_goes_the_other_way_is_refused(tmp_path: Path, of: str) -> None:
    second = small("lstm-vae-ptb", tmp_path)
    first = override(second, {"model.reader.backwards": True})
    if of == "writer":
        first, second = small("lstm-lm-ptb-sentences", tmp_path), first
    here = of == "writer"
    said = (
        rf"--init-reader .*first: model\.reader\.backwards is {here}, that run's {of} learned with {not here}: "
        rf"set model\.reader\.backwards {not here}, or name another run"
    )
    with pytest.raises(ValueError, match=said):
        begun_from(tmp_path, first, second)
    assert not (tmp_path / "second" / "recipe.toml").exists()


@pytest.mark.parametrize("config", ASKED_READERS.values(), ids=ASKED_READERS.keys())
def test_what_means_something_else_with_the_same_weights_is_compared(config: ReaderConfig) -> None:
    batch, reader = batch_of(), build_reader(config, DOCUMENTS).eval()
    weights = reader.state_dict()
    for name, other in others(config):
        changed = build_reader(other, DOCUMENTS).eval()
        if {key: one.shape for key, one in changed.state_dict().items()} == {k: w.shape for k, w in weights.items()}:
            changed.load_state_dict(weights)
            readings = [one(batch.tokens_LB, batch.lengths_B) for one in (reader, changed)]
            same = all(torch.equal(getattr(readings[0], part), getattr(readings[1], part)) for part in SEEN)
            assert same == (name not in MEANINGS), name


SEEN = ("states_LBD", "summary_BD")


def others(config: Any) -> Iterator[tuple[str, ReaderConfig]]:
    """The configuration with another choice in one field, for all fields that choose."""
    for name, hint in get_type_hints(type(config)).items():
        choices = (True, False) if hint is bool else get_args(hint) if get_origin(hint) is Literal else ()
        for choice in choices:
            if choice != getattr(config, name):
                yield name, dataclasses.replace(config, **{name: choice})


def test_a_run_that_goes_on_has_begun_from_what_it_began_from(tmp_path: Path) -> None:
    first, second = (small(name, tmp_path) for name in ("lstm-vae-ptb-autoencoder", "lstm-vae-ptb"))
    begun_from(tmp_path, first, second)
    shutil.rmtree(tmp_path / "first")
    longer = override(second, {"training.steps": 2})

    def go_on(reader_of: str, out: str = "second") -> int:
        return train(longer, tmp_path / out, CPU, resume=True, reader_of=tmp_path / reader_of, say=said.append).step

    said: list[str] = []
    with pytest.raises(ValueError, match=r"--init-reader .*other: the reader of .*second began from first, and a run"):
        go_on("other")
    assert go_on("first") == 2, "what it began from may be said again, and be gone"
    train(second, tmp_path / "random", CPU, say=said.append)
    with pytest.raises(ValueError, match=r"--init-reader .*first: the reader of .*random began at random, and a run"):
        go_on("first", "random")

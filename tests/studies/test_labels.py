"""Studies of what texts' vectors tell of their labels, and of texts written by label."""

import json
import sys
from pathlib import Path

import pytest

import octavo
from octavo import experiment, measuring
from octavo.cli import main
from octavo.experiment import Machine
from octavo.recipe import override, tiny
from octavo.recipes import recipe
from octavo.studies import STUDIES, StudyConfig
from tests.table import on_table, write_table

SETTINGS = StudyConfig(samples=40, longest=5, num_beams=3)


@pytest.fixture(scope="module")
def plane_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("plane")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OCTAVO_CACHE", str(folder / "cache"))
        small = override(on_table(tiny(recipe("scnn-vae-plane-20news")), write_table(folder)), {"model.latent": 2})
        experiment.train(small, folder / "run", Machine(device="cpu", precision="fp32"), say=lambda line: None)
    return folder / "run"


def test_a_plane_has_two_coordinates_and_a_label_a_text(plane_run: Path, tmp_path: Path) -> None:
    found = STUDIES["plane"](octavo.load(plane_run, "cpu").run, SETTINGS)
    assert sorted(found["label_names"]) == ["long", "short"]
    assert {point[2] for point in found["points"]} == {0, 1}
    assert all(len(point) == 3 for point in found["points"])
    study = {"study": "plane", "runs": [{"run": "plane", "found": found}]}
    (tmp_path / "plane.json").write_text(json.dumps(study))
    assert main(["figure", "plane", str(tmp_path / "plane.json"), "--out", str(tmp_path / "plane.png")]) == 0
    assert (tmp_path / "plane.png").stat().st_size > 1000


def test_more_dimensions_are_no_plane(labelled_run: Path) -> None:
    with pytest.raises(
        ValueError, match=r"a plane has two dimensions, this run's vectors have 6: .* --model\.latent 2"
    ):
        STUDIES["plane"](octavo.load(labelled_run, "cpu").run, SETTINGS)


def test_mixtures_over_vectors_are_counted_for_each_start(plane_run: Path) -> None:
    pytest.importorskip("sklearn", reason="needs the eval extra")
    found = STUDIES["mixtures"](octavo.load(plane_run, "cpu").run, SETTINGS)
    assert len(found["mixtures"]) == 10  # of two dimensions all three PCAs would be the same
    assert 0 <= found["mean"] <= found["best"] <= 1
    most = max(row["valid_accuracy"] for row in found["mixtures"])
    likely = [row["cluster_accuracy"] for row in found["mixtures"] if row["valid_accuracy"] == most]
    assert found["chosen_cluster_accuracy"] in likely


def test_mixtures_need_scikit_learn(plane_run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.mixture", None)
    with pytest.raises(ValueError, match="scikit-learn package"):
        STUDIES["mixtures"](octavo.load(plane_run, "cpu").run, SETTINGS)


def test_texts_by_label_share_their_draw(labelled_run: Path, clustering_run: Path) -> None:
    for folder, names in ((labelled_run, {"long", "short"}), (clustering_run, {"0", "1", "2", "3"})):
        found = STUDIES["by-label"](octavo.load(folder, "cpu").run, SETTINGS)
        assert [group["texts"].keys() for group in found["groups"]] == [names] * 3
        assert found["bad_words"] == ["<unk>"]
        assert not any("<unk>" in text for group in found["groups"] for text in group["texts"].values())
        told = [group["probabilities"].values() for group in found["groups"] if "probabilities" in group]
        assert len(told) == (3 if folder == labelled_run else 0)
        assert all(0 <= share <= 1 for shares in told for share in shares)


def test_a_latent_beside_a_label_is_measured_as_any_other(
    labelled_run: Path, clustering_run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for folder in (labelled_run, clustering_run):
        assert main(["evaluate", str(folder), "--samples", "3", "--texts", "8", "--json"]) == 0
        found = json.loads(capsys.readouterr().out)
        assert found["nats_iw_3"] <= found["nats_elbo"] + 1
        assert found["active_units"] <= found["latent_units"] == len(found["kl_per_unit"])
        assert found["accuracy" if folder == labelled_run else "cluster_accuracy"] <= 1


def test_a_labelled_model_classifies_and_writes_by_label(
    labelled_run: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    model = octavo.load(labelled_run, "cpu")
    [shares] = model.classify(["the cat sat"])
    assert shares.keys() == {"long", "short"}
    assert sum(shares.values()) == pytest.approx(1.0)
    ask = ["generate", str(labelled_run), "--num", "2", "--max-new-tokens", "5", "--label", "long"]
    for more in ([], ["--num-beams", "4"]):
        assert main([*ask, *more, "--bad-words", "<unk>"]) == 0
        assert capsys.readouterr().out.strip()
    assert main([*ask, "--bad-words", "no-such"]) == 2
    assert "'no-such' is no token of this run's" in capsys.readouterr().err
    assert main([*ask[:-1], "longer"]) == 2
    assert "no label 'longer': did you mean long" in capsys.readouterr().err


def test_a_model_without_labels_says_so(language_model_run: Path) -> None:
    with pytest.raises(ValueError, match="writes texts without a label"):
        octavo.load(language_model_run, "cpu").generate("", label="long")


def test_clusters_are_measured_where_there_are_labels(clustering_run: Path) -> None:
    pytest.importorskip("scipy", reason="needs the eval extra")
    found = measuring.evaluate(octavo.load(clustering_run, "cpu").run)
    for name in ("cluster_accuracy", "hungarian_accuracy", "normalised_mutual_information"):
        assert 0 <= found[name] <= 1
    assert 1 <= found["clusters_used"] <= 4
    assert 0 <= found["assignment_entropy"] < 1.4

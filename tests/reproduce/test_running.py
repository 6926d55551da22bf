"""An exhibit is run, stopped and gone on with, each row in a process of its own."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from octavo.commands.parser import build_parser
from octavo.reproduce import exhibit
from octavo.reproduce.exhibits import Exhibit, Row
from octavo.reproduce.running import Plan, jobs_of, ready, run

EXHIBIT = Exhibit(
    "small",
    "qrnn",
    "A small table",
    {"test": "test.bits_per_byte"},
    (Row("LSTM", "lstm-bytes"), Row("QRNN", "qrnn-bytes", overrides={"model.writer.window": 3})),
)


def test_what_is_missing_is_run_and_what_is_there_is_left(tmp_path: Path) -> None:
    plan, said = Plan("tiny", tmp_path / "runs", tmp_path / "results", jobs=2, device="cpu"), list[str]()
    run(EXHIBIT, plan, said.append)
    results = {job.row.label: json.loads(job.result.read_text("utf-8")) for job in jobs_of(EXHIBIT, plan)}
    assert results["QRNN"]["overrides"]["model.writer.window"] == 3
    assert all(one["metrics"] for one in results.values())
    assert not plan.results.exists()  # a tiny run says nothing of a system
    said.clear()
    run(EXHIBIT, plan, said.append)
    assert [line.partition(":")[2].split(",")[0].strip() for line in said] == ["done", "done"]


def test_a_budget_is_shared_and_a_stand_in_is_named(tmp_path: Path) -> None:
    table = exhibit("qrnn-table3")
    jobs = jobs_of(table, Plan("30m", tmp_path, tmp_path, stand_in=True))
    assert [job.limits for job in jobs] == [("--time-limit", "900s")] * 2
    assert [job.recipe for job in jobs] == ["lstm-multi30k", "qrnn-multi30k"]
    assert [job.recipe for job in jobs_of(table, Plan())] == ["lstm-iwslt", "qrnn-iwslt"]
    assert jobs[0].result.name == "qrnn-table3-char-level-4-layer-lstm-30m.json"


def test_stand_ins_are_trained_alike(tmp_path: Path) -> None:
    """Else their rows would be in no table; the published ones are as they were published."""
    table = exhibit("recursive-table5")
    assert table.alike
    for budget, stand_in, alike in (("30m", True, dict(table.alike)), ("full", False, {}), ("tiny", True, {})):
        plan = Plan(budget, tmp_path, tmp_path, stand_in=stand_in)
        for job in jobs_of(table, plan):
            assert job.alike == alike
            assert ("--training.steps" in job.next_command(plan)) == bool(alike)


def test_a_row_whose_reader_begins_from_anothers_run_waits_for_it(tmp_path: Path) -> None:
    rows = (
        Row("VAE + init", "scnn-vae-yahoo", stand_ins=("scnn-vae-topics",), begun="LM"),
        Row("LM", "lstm-lm-yahoo", stand_ins=("lstm-lm-topics",)),
    )
    plan = Plan("tiny", tmp_path, tmp_path, stand_in=True)
    begun, lm = jobs_of(Exhibit("t", "dilated-vae", "T", {}, rows), plan)
    assert "--init-reader" not in lm.next_command(plan)
    words = begun.next_command(plan)
    assert words[words.index("--init-reader") + 1] == str(lm.folder)
    assert not ready(begun, [begun, lm])
    lm.result.parent.mkdir(parents=True)
    lm.result.write_text("{}")
    assert ready(begun, [begun, lm])


def test_a_bound_is_measured_where_there_is_a_latent_variable(tmp_path: Path) -> None:
    kinds = ("lstm-lm", "lstm-few-labels", "scnn-vae", "scnn-vae-semi", "scnn-clusters")
    table = Exhibit("t", "dilated-vae", "T", {}, tuple(Row(one, f"{one}-yahoo") for one in kinds), bound={"samples": 7})
    bounded = []
    for job in jobs_of(table, Plan("full", tmp_path, tmp_path)):
        assert "--samples" not in job.next_command(Plan())
        job.measures = True
        words = job.next_command(Plan())
        build_parser().parse(words)
        if "--samples" in words:
            assert words[words.index("--samples") + 1] == "7"
            bounded.append(job.row.label)
    assert bounded == ["scnn-vae", "scnn-vae-semi", "scnn-clusters"]


def test_overrides_are_given_as_the_command_line_takes_them() -> None:
    row = Row("r", "scnn-lm-yahoo", overrides={"model.writer.dilations": (1, 2), "data.train": "yelp", "x": None})
    table = Exhibit("t", "dilated-vae", "T", {}, (row,))
    [job] = jobs_of(table, Plan("full"))
    words = job.next_command(Plan("full"))
    assert words[words.index("--model.writer.dilations") + 1] == "[1, 2]"
    assert words[words.index("--data.train") + 1] == '"yelp"'
    assert words[words.index("--x") + 1] == "none"


def test_a_row_that_fails_is_named_with_its_log(tmp_path: Path) -> None:
    table = Exhibit("bad", "qrnn", "Bad", {}, (Row("bad", "lstm-bytes", overrides={"model.writer.width": -1}),))
    with pytest.raises(RuntimeError, match=r"bad ended with 2: octavo: model\.writer.*bad\.log"):
        run(table, Plan("tiny", tmp_path, tmp_path, device="cpu"), lambda line: None)


def test_an_exhibit_without_trainings_says_its_commands() -> None:
    with pytest.raises(ValueError, match="octavo bench qrnn"):
        run(exhibit("qrnn-figure4"), Plan(), lambda line: None)


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGTERM")
def test_when_stopped_it_leaves_no_process_and_goes_on(tmp_path: Path) -> None:
    script = (
        "from pathlib import Path; from tests.reproduce.test_running import EXHIBIT; "
        "from octavo.reproduce.running import Plan, run; "
        f"run(EXHIBIT, Plan('tiny', Path({str(tmp_path)!r}), Path({str(tmp_path)!r}), device='cpu'), print)"
    )
    child = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    while not list(tmp_path.rglob("*.log")):
        time.sleep(0.05)
    child.send_signal(signal.SIGTERM)
    said, _ = child.communicate(timeout=300)
    assert child.returncode == 143
    assert "goes on with what is left" in said
    run(EXHIBIT, Plan("tiny", tmp_path, tmp_path, device="cpu"), lambda line: None)
    assert len(list(tmp_path.rglob("*.json"))) >= 2

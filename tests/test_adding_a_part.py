"""docs/adding_a_part.md, followed to the letter in a copy of the house.

Its commands stand between tildes, out of the reach of test_docs.py: no parser but the copy's knows their kinds.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "adding_a_part.md").read_text()
FILES = re.findall(r"^```python\n# (\S+)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
CHANGES = re.findall(r"^```diff\n# (\S+)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
COMMANDS = [
    line for block in re.findall(r"^~~~\n(.*?)^~~~", PAGE, re.MULTILINE | re.DOTALL) for line in block.splitlines()
]
CONTRACTS = (ROOT / "tests" / "test_contracts.py").read_text()
QUESTIONS = re.findall(r"^@WRITER\n(?:@.*\n)*def (\w+)", CONTRACTS, re.MULTILINE)

# All commands in one process, since most of a short one's time is the import of torch. What one of them has imported,
# pytest cannot rewrite and would warn of.
FOLLOW = """
import shlex, sys
import pytest
from octavo.cli import main

SETTINGS = ["-v", "--color=no", "--basetemp=asked", "-Wignore::pytest.PytestAssertRewriteWarning"]
PROGRAMS = {"octavo": main, "pytest": lambda words: pytest.main([*words, *SETTINGS])}
for command in sys.argv[1:]:
    program, *words = shlex.split(command)
    code = PROGRAMS[program](words)
    assert code == 0, f"{command} ended with {code}"
"""


def changed(text: str, change: str) -> str:
    """The text with a change made, which must fit in one place; … is whatever stands there."""
    lines = change.rstrip("\n").split("\n")
    old = "\n".join(line[1:] for line in lines if not line.startswith("+"))
    new = "\n".join(line[1:] for line in lines if not line.startswith("-"))
    places = list(re.finditer(f"^{re.escape(old).replace('…', '(.*?)')}$", text, re.MULTILINE | re.DOTALL))
    assert len(places) == 1, f"fits in {len(places)} places, not in one:\n{old}"
    kept = iter(places[0].groups())
    return text[: places[0].start()] + re.sub("…", lambda _: next(kept), new) + text[places[0].end() :]


def test_a_change_puts_in_and_takes_out_and_keeps_what_stands_there() -> None:
    text = "a = [\n    1\n]\n\nb = {2}\n"
    assert changed(text, "-a = […]\n+a = [0,…]\n\n b = {2}\n+c = 3\n") == "a = [0,\n    1\n]\n\nb = {2}\nc = 3\n"


@pytest.mark.parametrize("change", ["+c\n b\n", "-a = {…}\n"])
def test_a_change_that_fits_nowhere_or_twice_is_refused(change: str) -> None:
    with pytest.raises(AssertionError, match="places"):
        changed("a\nb\nb\n", change)


def build(house: Path) -> None:
    """A copy of what a part needs, with every block of the page in its place."""
    shutil.copytree(ROOT / "octavo", house / "octavo")
    for path in [ROOT / "conftest.py", ROOT / "pyproject.toml", *(ROOT / "tests").glob("*.py")]:
        copy = house / path.relative_to(ROOT)
        copy.parent.mkdir(exist_ok=True)
        shutil.copy(path, copy)
    for name, text in FILES:
        assert not (house / name).exists(), f"{name} is there already"
        (house / name).parent.mkdir(exist_ok=True)
        (house / name).write_text(text)
    for name, change in CHANGES:
        (house / name).write_text(changed((house / name).read_text(), change))


def test_the_page_gives_a_part_that_trains_and_keeps_the_contracts(tmp_path: Path) -> None:
    house = tmp_path / "house"
    build(house)
    command = [sys.executable, "-c", FOLLOW, *COMMANDS]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    ran = subprocess.run(command, cwd=house, env=environment, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    for run in ("window", "window-autoencoder", "window-bytes"):
        assert 'kind = "window"' in (house / "runs" / run / "recipe.toml").read_text()
    assert ran.stderr.count("done: 20 steps") == 3
    asked = set(re.findall(r"::(\w+)\[(?:\S+-)?window-(\w+)\] PASSED", ran.stdout))
    assert asked == {(question, kind) for question in QUESTIONS for kind in ("nothing", "vector", "reading")}
    for own in ("test_every_part_is_asked", "test_what_has_left_the_window_changes_nothing"):
        assert f"::{own} PASSED" in ran.stdout

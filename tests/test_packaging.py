"""What the package says of itself agrees with itself."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import octavo

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS = PROJECT["optional-dependencies"]


def normal(name: str) -> str:
    """A distribution's name as indexes compare it: Tomli_W and tomli-w are the same."""
    return re.sub(r"[-_.]+", "-", re.split(r"[\s<>=!~\[;]", name)[0]).lower()


PINNED = {
    normal(line): line.partition("==")[2]
    for line in (ROOT / "constraints.txt").read_text().splitlines()
    if not line.startswith("#")
}


def test_the_version_is_the_same_everywhere() -> None:
    assert octavo.__version__ == PROJECT["version"]
    assert f"\nversion: {octavo.__version__}\n" in (ROOT / "CITATION.cff").read_text()
    assert f"\n## {octavo.__version__}" in (ROOT / "CHANGELOG.md").read_text()


@pytest.mark.parametrize(
    "requirement", [*PROJECT["dependencies"], *(one for extra in EXTRAS.values() for one in extra)]
)
def test_whatever_is_needed_is_pinned(requirement: str) -> None:
    assert normal(requirement) in PINNED or normal(requirement) == "octavo"


def test_pins_are_exact_and_hold_for_every_build() -> None:
    assert PINNED["torch"] == "2.13.0"
    assert all(version and "+" not in version for version in PINNED.values())


def test_all_is_every_extra_but_dev() -> None:
    (whole,) = EXTRAS["all"]
    assert set(re.findall(r"[\w-]+", whole)) == {"octavo", *EXTRAS} - {"all", "dev"}


def test_python_dash_m_octavo_is_the_command() -> None:
    ran = subprocess.run([sys.executable, "-m", "octavo", "--version"], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == [octavo.__version__]

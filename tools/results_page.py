"""Write results/README.md, and the table in README.md, from the JSON in results/: `make docs`. No figure is typed."""

from pathlib import Path

from octavo.reproduce.summary import write_pages

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "results"

if __name__ == "__main__":
    write_pages(FOLDER)

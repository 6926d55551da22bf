"""Write results/README.md from the JSON beside it: `make docs`. Nothing on that page is typed by hand."""

from pathlib import Path

from octavo.reproduce.report import page

FOLDER = Path(__file__).parents[1] / "results"
PAGE = FOLDER / "README.md"

if __name__ == "__main__":
    PAGE.write_text(page(FOLDER), "utf-8")

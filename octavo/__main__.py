"""`python -m octavo`, as torchrun starts it."""

import sys

from octavo.cli import main

if __name__ == "__main__":
    sys.exit(main())

"""`python -m tvplab`."""

import sys

from tvplab.cli import main

if __name__ == "__main__":
    sys.exit(main())

"""Let the tests import the builder, which lives beside the notebooks and not in the library."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "notebooks"))

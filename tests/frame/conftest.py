import sys
from pathlib import Path

# The scripts of .ci are no package: they run before anything is installed.
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / ".ci"))

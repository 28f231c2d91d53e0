"""How long `import tvplab` takes in a fresh interpreter, and what it must not load."""

import subprocess
import sys

from row import Row

CODE = """
from time import perf_counter
start = perf_counter()
import tvplab
seconds = perf_counter() - start
import sys
print(seconds, [name for name in ("torch", "statsmodels", "sklearn", "arch", "pooch") if name in sys.modules])
"""


def rows() -> list[Row]:
    """Measure everything."""
    lines = [_run() for _ in range(5)]
    seconds, loaded = min(float(line.split()[0]) for line in lines), lines[0].split(maxsplit=1)[1].strip()
    what, kept = f"`import tvplab`; heavy packages loaded: {loaded}", seconds <= 1 and "torch" not in loaded
    return [Row(what, f"{seconds:.2f} s", "1 s, and no torch", kept)]


def _run() -> str:
    return subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True).stdout
